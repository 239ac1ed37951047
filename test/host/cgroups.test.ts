import { describe, expect, it } from 'vitest';
import { ownerOfGroup } from '../../src/host/engines/cgroups.ts';

const id = '0123456789abcdef'.repeat(4);
const uid = 'pod1b2c3d4e_0000_4000_8000_0123456789ab';

/** Paths as the engines make them, with systemd and with cgroupfs. */
describe('ownerOfGroup', () => {
  it.each([
    [`/system.slice/docker-${id}.scope`, 'docker'],
    [`/docker/${id}`, 'docker'],
    [`/machine.slice/libpod-${id}.scope/container`, 'podman'],
    [`/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${id}.scope`, 'podman'],
    [
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-${uid}.slice/cri-containerd-${id}.scope`,
      'containerd',
    ],
    [`/kubepods/burstable/${uid.replaceAll('_', '-')}/${id}`, 'containerd'],
    [`/kubepods.slice/kubepods-${uid}.slice/crio-${id}.scope/container`, 'cri-o'],
    [`/system.slice/containerd.service/kubepods-besteffort-${uid}.slice:cri-containerd:${id}`, 'containerd'],
    [`/default/${id}`, 'containerd'],
  ])('%s', (path, engine) => {
    const owner = ownerOfGroup(path);
    expect(owner).toMatchObject({ engine, id, name: '0123456789ab' });
    if (path.includes('kubepods')) {
      expect(owner?.labels).toEqual({ 'io.kubernetes.pod.uid': '1b2c3d4e-0000-4000-8000-0123456789ab' });
    }
  });

  it.each([
    ['/lxc.payload.web', 'lxc', 'web'],
    ['/lxc/old', 'lxc', 'old'],
    ['/machine.slice/machine-qemu\\x2d3\\x2dmy\\x2dvm.scope/libvirt/emulator', 'libvirt', 'my-vm'],
    ['/machine.slice/systemd-nspawn@buster.service/payload', 'systemd-nspawn', 'buster'],
  ])('%s', (path, engine, name) => {
    expect(ownerOfGroup(path)).toMatchObject({ engine, name });
  });

  it.each([
    '/',
    '/user.slice/user-0.slice/session-1.scope',
    '/system.slice/ssh.service',
    '/docker/short',
    '/init.scope',
  ])('says nothing of %s', (path) => {
    expect(ownerOfGroup(path)).toBeUndefined();
  });
});
