/**
 * A capture filter as nft matches. The kernel marks packets for tracing by nft rules, so of pcap-filter(7) only what
 * nft can say is understood: hosts, networks, ports and protocols, with and, or, not and parentheses.
 */
import { isIP } from 'node:net';
import { exitStatus, NetscopeError } from '../../util/errors.ts';

/** One test of a packet in nft's words, and its opposite. */
interface Test {
  readonly yes: string;
  readonly no: string;
}

type Formula =
  | { readonly kind: 'test'; readonly test: Test }
  | { readonly kind: 'not'; readonly of: Formula }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Formula[] };

/** Rules that a filter may become: past this it is a list, not a filter. */
const mostRules = 64;

const protocols = new Map<string, Test>([
  ['ip', same('meta nfproto', 'ipv4')],
  ['ip6', same('meta nfproto', 'ipv6')],
  ['tcp', same('meta l4proto', 'tcp')],
  ['udp', same('meta l4proto', 'udp')],
  ['sctp', same('meta l4proto', 'sctp')],
  ['icmp', same('meta l4proto', 'icmp')],
  ['icmp6', same('meta l4proto', 'ipv6-icmp')],
]);
const withPorts = same('meta l4proto', '{ tcp, udp, sctp, dccp, udplite }');

function same(key: string, value: string): Test {
  return { yes: `${key} ${value}`, no: `${key} != ${value}` };
}

/**
 * The filter as alternatives: a packet that meets every match of any of them is meant. Empty text: one that is always met.
 *
 * @throws NetscopeError (usage) for what nft cannot say.
 */
export function nftMatches(filter: string): readonly string[] {
  const words = filter.match(/[()]|!(?!=)|&&|\|\||[^\s()!]+/g) ?? [];
  if (words.length === 0) return [''];
  let at = 0;

  function refuse(why: string): never {
    throw new NetscopeError({
      tried: `trace packets that match "${filter}"`,
      why,
      todo: 'use host, net, port, portrange and protocols with and, or, not; netscope flows takes every filter',
      status: exitStatus.usage,
    });
  }

  function either(): Formula {
    const of = [both()];
    while (words[at] === 'or' || words[at] === '||') {
      at++;
      of.push(both());
    }
    return { kind: 'any', of };
  }

  function both(): Formula {
    const of = [one()];
    while (words[at] === 'and' || words[at] === '&&') {
      at++;
      of.push(one());
    }
    return { kind: 'all', of };
  }

  function one(): Formula {
    const word = words[at];
    if (word === 'not' || word === '!') {
      at++;
      return { kind: 'not', of: one() };
    }
    if (word === '(') {
      at++;
      const inner = either();
      if (words[at++] !== ')') refuse('a closing parenthesis is missing');
      return inner;
    }
    return primitive();
  }

  function primitive(): Formula {
    const named = protocols.get(words[at] ?? '');
    if (named !== undefined) at++;
    const protocol: Formula[] = named === undefined ? [] : [{ kind: 'test', test: named }];
    const direction = ['src', 'dst'].includes(words[at] ?? '') ? (words[at++] ?? null) : null;
    const directions: readonly string[] = direction === null ? ['src', 'dst'] : [direction];
    const kind = words[at];
    switch (kind) {
      case 'port':
      case 'portrange': {
        at++;
        const ports = portsOf(words[at++] ?? '', kind === 'portrange');
        const carrier: Formula = { kind: 'test', test: named ?? withPorts };
        return all(
          carrier,
          anyOf(directions, (side) => same(side === 'src' ? 'th sport' : 'th dport', ports)),
        );
      }
      case 'host':
      case 'net':
        at++;
        return all(...protocol, addressed(words[at++] ?? '', directions));
      default:
        if (direction !== null || isIP(kind?.split('/')[0] ?? '') !== 0) {
          at++;
          return all(...protocol, addressed(kind ?? '', directions));
        }
        if (named === undefined)
          refuse(kind === undefined ? 'it ends too early' : `nft has no word for "${kind}"`);
        return all(...protocol);
    }
  }

  function addressed(text: string, directions: readonly string[]): Formula {
    const [address = '', length] = text.split('/');
    const family = isIP(address);
    if (family === 0) refuse(`"${text}" is no address`);
    if (length !== undefined && !(/^\d+$/.test(length) && Number(length) <= (family === 4 ? 32 : 128))) {
      refuse(`"${text}" is no network`);
    }
    const layer = family === 4 ? 'ip' : 'ip6';
    const version = protocols.get(layer);
    const sides = anyOf(directions, (side) => same(`${layer} ${side === 'src' ? 'saddr' : 'daddr'}`, text));
    return version === undefined ? sides : all({ kind: 'test', test: version }, sides);
  }

  function portsOf(text: string, isRange: boolean): string {
    const [from, to = from] = text.split('-').map(Number);
    const valid = (port: number | undefined): boolean =>
      port !== undefined && Number.isInteger(port) && port >= 0 && port <= 65_535;
    if (!/^\d+(-\d+)?$/.test(text) || text.includes('-') !== isRange || !valid(from) || !valid(to))
      refuse(`"${text}" is no port`);
    return isRange ? `${from}-${to}` : String(from);
  }

  const formula = either();
  if (at < words.length) refuse(`"${words[at]}" is not understood there`);
  const alternatives = alternativesOf(formula, false);
  if (alternatives === null) refuse('it has too many alternatives');
  return alternatives.map((tests) => tests.join(' '));
}

function all(...of: readonly Formula[]): Formula {
  return { kind: 'all', of };
}

function anyOf(directions: readonly string[], test: (direction: string) => Test): Formula {
  return { kind: 'any', of: directions.map((direction) => ({ kind: 'test', test: test(direction) })) };
}

/** Disjunctive normal form; null when it grows past `mostRules`. */
function alternativesOf(formula: Formula, negated: boolean): string[][] | null {
  switch (formula.kind) {
    case 'test':
      return [[negated ? formula.test.no : formula.test.yes]];
    case 'not':
      return alternativesOf(formula.of, !negated);
    case 'all':
    case 'any': {
      const parts = formula.of.map((part) => alternativesOf(part, negated));
      let result: string[][] = (formula.kind === 'any') !== negated ? [] : [[]];
      for (const part of parts) {
        if (part === null) return null;
        result =
          (formula.kind === 'any') !== negated
            ? [...result, ...part]
            : result.flatMap((left) => part.map((right) => [...left, ...right]));
        if (result.length > mostRules) return null;
      }
      return result;
    }
  }
}
