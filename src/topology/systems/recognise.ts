/** The systems that netscope recognises. A new one: one file, one line here. */
import { bridgeFilters } from './bridge-filter.ts';
import { calico } from './calico.ts';
import { dockerBridges } from './docker-bridge.ts';
import { dockerDns } from './docker-dns.ts';
import { dockerModes } from './docker-modes.ts';
import { dockerOverlays } from './docker-overlay.ts';
import { dockerSwarm } from './docker-swarm.ts';
import { flannel } from './flannel.ts';
import { kubernetes } from './kubernetes.ts';
import { lxd } from './lxd.ts';
import { macvlans } from './macvlan.ts';
import type { System } from './model.ts';
import { netnsLabs } from './netns-lab.ts';
import { neutron } from './neutron.ts';
import { openVswitch } from './open-vswitch.ts';
import { podman } from './podman.ts';
import type { Recogniser, Scene } from './scene.ts';
import { tunnels } from './tunnels.ts';
import { virtualMachines } from './virtual-machines.ts';
import { weave } from './weave.ts';

const recognisers: readonly Recogniser[] = [
  dockerBridges,
  dockerModes,
  dockerDns,
  macvlans,
  dockerOverlays,
  dockerSwarm,
  kubernetes,
  flannel,
  calico,
  weave,
  openVswitch,
  tunnels,
  neutron,
  virtualMachines,
  podman,
  lxd,
  netnsLabs,
  bridgeFilters,
];

export function recogniseSystems(scene: Scene): readonly System[] {
  return recognisers.flatMap((recognise) => recognise(scene));
}
