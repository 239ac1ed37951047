/** `-m addrtype`: what the routing tables of the packet's own namespace say of its addresses (xt_addrtype.c). */
import { formatAddress, type Words } from '../address.ts';
import { type AddressType, addressTypes, defineMatch, type Environment, refuse } from '../extension.ts';
import type { Packet } from '../packet.ts';
import { argument, find, has, joined, type Negatable, printOption } from '../values.ts';

interface AddrType {
  readonly source: Negatable<ReadonlySet<AddressType>> | null;
  readonly destination: Negatable<ReadonlySet<AddressType>> | null;
  readonly limit: 'in' | 'out' | null;
}

function parseTypes(text: string): ReadonlySet<AddressType> {
  return new Set(
    text.split(',').map((word) => {
      return (
        addressTypes.find((type) => type === word.toLowerCase()) ??
        refuse(`address type "${word}" is not known`)
      );
    }),
  );
}

function printTypes(set: ReadonlySet<AddressType>): string {
  return addressTypes
    .filter((type) => set.has(type))
    .map((type) => type.toUpperCase())
    .join(',');
}

/** IPV6_ADDR_UNICAST of addrconf_core.c: all but `::`, multicast and IPv4-mapped. */
function isUnicast6(address: Words): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = address;
  if (a >>> 24 === 0xff) return false;
  if (a !== 0 || b !== 0) return true;
  if (c === 0xffff) return false;
  return c !== 0 || d !== 0;
}

/** match_type6: unicast and multicast are properties of the address; the routing tables decide only the others. */
function match6(
  address: Words,
  set: ReadonlySet<AddressType>,
  device: string | null,
  environment: Environment,
): boolean {
  const unspecified = address.every((word) => word === 0);
  if (set.has('multicast') && (address[0] ?? 0) >>> 24 !== 0xff) return false;
  if (set.has('unicast') && !isUnicast6(address)) return false;
  if (set.has('unspec') && !unspecified) return false;
  if (!set.has('anycast') && !set.has('local') && !set.has('prohibit') && !set.has('unreachable'))
    return true;
  return set.has(environment.addressType(address, device));
}

function matches(
  address: Words,
  test: Negatable<ReadonlySet<AddressType>> | null,
  device: string | null,
  environment: Environment,
): boolean {
  if (test === null) return true;
  const yes =
    address.length === 4
      ? match6(address, test.value, device, environment)
      : test.value.has(environment.addressType(address, device));
  return yes !== test.invert;
}

function limitDevice(data: AddrType, packet: Packet): string | null {
  return data.limit === null ? null : data.limit === 'in' ? packet.in : packet.out;
}

export const addrtype = defineMatch<AddrType>({
  name: 'addrtype',
  options: [
    { name: 'src-type', values: 1, negatable: true },
    { name: 'dst-type', values: 1, negatable: true },
    { name: 'limit-iface-in', values: 0 },
    { name: 'limit-iface-out', values: 0 },
  ],
  parse(options, context) {
    const source = find(options, 'src-type');
    const destination = find(options, 'dst-type');
    if (source === undefined && destination === undefined)
      refuse('-m addrtype needs --src-type or --dst-type');
    const limitIn = has(options, 'limit-iface-in');
    const limitOut = has(options, 'limit-iface-out');
    if (limitIn && limitOut) refuse('--limit-iface-in and --limit-iface-out exclude each other');
    if (limitIn && (context.chain === 'OUTPUT' || context.chain === 'POSTROUTING')) {
      refuse(`--limit-iface-in is not for ${context.chain}`);
    }
    if (limitOut && (context.chain === 'INPUT' || context.chain === 'PREROUTING')) {
      refuse(`--limit-iface-out is not for ${context.chain}`);
    }
    return {
      source: source === undefined ? null : { value: parseTypes(argument(source)), invert: source.invert },
      destination:
        destination === undefined
          ? null
          : { value: parseTypes(argument(destination)), invert: destination.invert },
      limit: limitIn ? 'in' : limitOut ? 'out' : null,
    };
  },
  print(data) {
    return joined([
      data.source && printOption('src-type', data.source.invert, printTypes(data.source.value)),
      data.destination &&
        printOption('dst-type', data.destination.invert, printTypes(data.destination.value)),
      data.limit && `--limit-iface-${data.limit}`,
    ]);
  },
  evaluate(data, packet, environment) {
    const device = limitDevice(data, packet);
    return (
      matches(packet.source, data.source, device, environment) &&
      matches(packet.destination, data.destination, device, environment)
    );
  },
  explain(data, packet, environment) {
    const device = limitDevice(data, packet);
    const wrongSource = !matches(packet.source, data.source, device, environment);
    const test = wrongSource ? data.source : data.destination;
    const address = wrongSource ? packet.source : packet.destination;
    const wanted = `${test?.invert ? 'not ' : ''}${printTypes(test?.value ?? new Set())}`;
    const found = environment.addressType(address, device).toUpperCase();
    return `${wrongSource ? 'src' : 'dst'}-type ${wanted}, ${formatAddress(address)} is ${found}`;
  },
});
