/** `-m physdev`: the ports of a bridge that a frame came in by and leaves by (xt_physdev.c). */

import { deviceMatches } from '../devices.ts';
import { type Answer, defineMatch, type OptionDefinition, refuse } from '../extension.ts';
import type { Packet } from '../packet.ts';
import { find, joined, type Negatable, negatable, printOption } from '../values.ts';

interface PhysDev {
  readonly in: Negatable<string> | null;
  readonly out: Negatable<string> | null;
  /** `! --physdev-is-in`: invert; null when not given. */
  readonly isIn: boolean | null;
  readonly isOut: boolean | null;
  readonly isBridged: boolean | null;
}

const options: readonly OptionDefinition[] = [
  { name: 'physdev-in', values: 1, negatable: true },
  { name: 'physdev-out', values: 1, negatable: true },
  { name: 'physdev-is-in', values: 0, negatable: true },
  { name: 'physdev-is-out', values: 0, negatable: true },
  { name: 'physdev-is-bridged', values: 0, negatable: true },
];

const noOutPort: Answer = { unknown: 'the bridge port that the packet leaves by is not known' };

function evaluate(data: PhysDev, packet: Packet): Answer {
  const bridge = packet.bridge;
  if (bridge === null) {
    // Without bridge information every option must be negated for a match.
    return (
      (data.in === null || data.in.invert) &&
      (data.out === null || data.out.invert) &&
      data.isIn !== false &&
      data.isOut !== false &&
      data.isBridged !== false
    );
  }
  const bridged = bridge.outPort !== '';
  if (data.isBridged !== null && bridged === data.isBridged) return false;
  if (data.isIn === true) return false;
  if (data.isOut !== null && bridged === data.isOut) return false;
  if (data.in !== null && deviceMatches(data.in.value, bridge.inPort) === data.in.invert) return false;
  if (data.out === null) return true;
  if (bridge.outPort === null) return noOutPort;
  // Even `! --physdev-out` needs an out port.
  return bridged && deviceMatches(data.out.value, bridge.outPort) !== data.out.invert;
}

function flag(uses: Parameters<typeof find>[0], name: string): boolean | null {
  const use = find(uses, name);
  return use === undefined ? null : use.invert;
}

function device(name: string): string {
  return name.length > 15 ? refuse(`interface name "${name}" is longer than 15 characters`) : name;
}

export const physdev = defineMatch<PhysDev>({
  name: 'physdev',
  options,
  parse(uses) {
    if (uses.length === 0) refuse('-m physdev needs an option');
    return {
      in: negatable(uses, 'physdev-in', device),
      out: negatable(uses, 'physdev-out', device),
      isIn: flag(uses, 'physdev-is-in'),
      isOut: flag(uses, 'physdev-is-out'),
      isBridged: flag(uses, 'physdev-is-bridged'),
    };
  },
  print(data) {
    return joined([
      data.isIn === null ? null : printOption('physdev-is-in', data.isIn, null),
      data.in && printOption('physdev-in', data.in.invert, data.in.value),
      data.isOut === null ? null : printOption('physdev-is-out', data.isOut, null),
      data.out && printOption('physdev-out', data.out.invert, data.out.value),
      data.isBridged === null ? null : printOption('physdev-is-bridged', data.isBridged, null),
    ]);
  },
  evaluate,
  explain(_, packet) {
    if (packet.bridge === null) return 'the packet did not come through a bridge port';
    const { inPort, outPort } = packet.bridge;
    const leaves = outPort === null || outPort === '' ? '' : `, leaves by ${outPort}`;
    return `the packet came in by port ${inPort}${leaves}`;
  },
});
