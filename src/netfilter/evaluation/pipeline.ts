/**
 * The way of one packet through a namespace: hooks, the routing decision between them, bridging, and a packet that
 * the namespace sends to itself.
 */

import type { LinkState } from '../../snapshot/schema.ts';
import { equalWords, formatAddress, type Words } from '../address.ts';
import type { EvaluationVerdict, Hook } from '../model.ts';
import { runHook, type stagesOf } from './hook.ts';
import type { Route } from './routing.ts';
import type { GivenState, Run } from './run.ts';
import type { ChainResult } from './walk.ts';

export type Stages = Readonly<Record<Hook, ReturnType<typeof stagesOf>>>;

export interface Ending {
  readonly verdict: EvaluationVerdict;
  readonly why: string;
  /** POSTROUTING's `-o`; null for local delivery and for packets that did not get there. */
  readonly out: string | null;
}

export interface Start {
  /** The interface it came in by; null when this namespace sends it. */
  readonly in: string | null;
  /** What connection tracking is to say of it; null to find out. */
  readonly state: GivenState;
}

function ended(result: ChainResult): Ending | null {
  switch (result.kind) {
    case 'accept':
    case 'queue':
    case 'nat':
      return null;
    case 'drop':
    case 'reject':
    case 'unknown':
    case 'discarded':
      return { verdict: result.kind, why: result.why, out: null };
  }
}

function discarded(why: string): Ending {
  return { verdict: 'discarded', why, out: null };
}

/** Sends the packet through and says what became of it. */
export function runPipeline(run: Run, stages: Stages, start: Start): Ending {
  const pipeline = new Pipeline(run, stages);
  run.state = start.state;
  if (start.in === null) return pipeline.output();
  const bridge = run.view.bridgeOf(start.in);
  return bridge === null ? pipeline.input(start.in) : pipeline.fromPort(start.in, bridge);
}

class Pipeline {
  readonly run: Run;
  readonly stages: Stages;

  constructor(run: Run, stages: Stages) {
    this.run = run;
    this.stages = stages;
  }

  private hook(hook: Hook): Ending | null {
    return ended(runHook(this.run, hook, this.stages[hook]));
  }

  private lookup(inDevice: string): Route | null {
    const { packet } = this.run;
    return this.run.view.routing(packet.family).lookup({
      source: packet.source,
      destination: packet.destination,
      mark: packet.mark,
      in: inDevice,
      protocol: packet.protocol,
      sourcePort: packet.sourcePort,
      destinationPort: packet.destinationPort,
      tos: packet.tos ?? 0,
    });
  }

  /** Takes a next hop of the route; where several lead on, each is possible. */
  private take(route: Route): void {
    const { run } = this;
    const hops = route.hops;
    let hop = hops[0];
    if (hops.length > 1) {
      run.decisions.reasons.add(`one of ${hops.length} next hops`);
      hop = hops[run.choose(hops.map((one) => `next hop by ${one.device}`))];
    }
    run.route = { device: hop?.device ?? '', nextHop: hop?.gateway ?? run.packet.destination, local: false };
  }

  /** A packet that arrived by an interface which is no bridge port. */
  input(device: string): Ending {
    const { packet } = this.run;
    packet.in = device;
    return this.hook('prerouting') ?? this.routeInput();
  }

  /** The routing decision of an arriving packet, and what follows. */
  private routeInput(): Ending {
    const { run } = this;
    const { packet } = run;
    const martian = this.martian();
    if (martian !== null) return martian;
    if (isGroup(packet.destination)) return this.deliver();
    const route = this.lookup(packet.in);
    if (route === null) return discarded(`no route to ${formatAddress(packet.destination)}`);
    if (route.type === 'local' || route.type === 'broadcast' || route.type === 'anycast')
      return this.deliver();
    if (route.type !== 'unicast')
      return discarded(`${route.type} route to ${formatAddress(packet.destination)}`);
    if (!this.forwards()) return discarded('forwarding is off');
    const reverse = this.reverseFilter();
    if (reverse !== null) return reverse;
    if (packet.ttl !== null && packet.ttl <= 1) return discarded('its TTL ran out');
    if (packet.family === 'ip6' && isLinkLocal(packet.source))
      return discarded('a link-local source is not forwarded');
    // ip_forward counts the hop before its hook: rules from FORWARD on see the new value.
    if (packet.ttl !== null) packet.ttl -= 1;
    this.take(route);
    packet.out = run.route?.device ?? '';
    return this.hook('forward') ?? this.postrouting();
  }

  private forwards(): boolean {
    const { packet, view } = this.run;
    const name = packet.family === 'ip' ? 'net.ipv4' : 'net.ipv6';
    const all =
      packet.family === 'ip'
        ? view.sysctl('net.ipv4.ip_forward')
        : view.sysctl('net.ipv6.conf.all.forwarding');
    if (packet.family === 'ip6') return all !== '0';
    return (view.sysctl(`${name}.conf.${packet.in}.forwarding`) ?? all) !== '0';
  }

  /** Addresses that the kernel refuses from a wire (ip_route_input_slow). */
  private martian(): Ending | null {
    const { packet, view } = this.run;
    if (packet.family === 'ip6' || packet.in === 'lo') return null;
    const [source = 0] = packet.source;
    const [destination = 0] = packet.destination;
    const localnet = view.deviceSysctl('route_localnet', packet.in) > 0;
    if (source >>> 28 === 0xe || source === 0xffffffff)
      return discarded('martian: its source is multicast or broadcast');
    if (source === 0 && destination !== 0xffffffff && destination !== 0)
      return discarded('martian: its source is 0.0.0.0');
    if (destination === 0) return null;
    if (!localnet && destination >>> 24 === 127)
      return discarded('martian: 127.0.0.0/8 from outside, route_localnet is 0');
    if (!localnet && source >>> 24 === 127)
      return discarded('martian: a source in 127.0.0.0/8 from outside, route_localnet is 0');
    const acceptLocal = view.deviceSysctl('accept_local', packet.in) > 0;
    if (
      !acceptLocal &&
      view.addressType(packet.source, null) === 'local' &&
      !(localnet && source >>> 24 === 127)
    ) {
      return discarded('martian: its source is an address of this namespace');
    }
    return null;
  }

  /** rp_filter (fib_validate_source). */
  private reverseFilter(): Ending | null {
    const { packet, view } = this.run;
    if (packet.family === 'ip6' || packet.in === 'lo') return null;
    const mode = view.deviceSysctl('rp_filter', packet.in);
    if (mode === 0) return null;
    const answer = this.run.reversePath(packet, {
      loose: mode === 2,
      mark: view.deviceSysctl('src_valid_mark', packet.in) > 0,
      local: true,
    });
    return answer === false
      ? discarded(
          `rp_filter: the route to ${formatAddress(packet.source)} does not lead through ${packet.in}`,
        )
      : null;
  }

  private deliver(): Ending {
    const reverse = isGroup(this.run.packet.destination) ? null : this.reverseFilter();
    if (reverse !== null) return reverse;
    return this.hook('input') ?? { verdict: 'accept', why: 'delivered to this namespace', out: null };
  }

  private postrouting(): Ending {
    const { packet } = this.run;
    const out = packet.out;
    const dropped = this.hook('postrouting');
    if (dropped !== null) return dropped;
    // The entry is made at the end of the hook (nf_conntrack_confirm), unless its tuple is taken.
    if (this.run.clash) return discarded('another connection has the source that it would get');
    return { verdict: 'accept', why: `leaves by ${out}`, out };
  }

  /** A packet that this namespace sends itself. */
  output(): Ending {
    const { run } = this;
    const { packet } = run;
    const failed = this.routeOutput();
    if (failed !== null) return failed;
    run.routeAgain = () => {
      const lost = this.routeOutput();
      return lost === null ? null : { kind: 'discarded', why: lost.why };
    };
    packet.in = '';
    packet.out = run.route?.device ?? '';
    const dropped = this.hook('output');
    if (dropped !== null) return dropped;
    // The device of OUTPUT stays what it was for all of its chains; only then a new route shows.
    packet.out = run.route?.device ?? '';
    return this.leave();
  }

  /** The route of a packet that this namespace sends; an ending where there is none. */
  private routeOutput(): Ending | null {
    const { run } = this;
    const { packet, view } = run;
    const to = formatAddress(packet.destination);
    const route = this.lookup('');
    if (route === null) return discarded(`no route to ${to}`);
    if (!['unicast', 'local', 'broadcast', 'multicast', 'anycast'].includes(route.type)) {
      return discarded(`${route.type} route to ${to}`);
    }
    this.take(route);
    const local = route.type === 'local';
    const device = local ? 'lo' : (run.route?.device ?? '');
    run.route = { device, nextHop: run.route?.nextHop ?? packet.destination, local };
    const loopback = packet.family === 'ip' && (packet.source[0] ?? 0) >>> 24 === 127;
    if (loopback && device !== 'lo' && view.deviceSysctl('route_localnet', device) === 0) {
      return discarded(`a source in 127.0.0.0/8 does not leave by ${device}, route_localnet is 0`);
    }
    return null;
  }

  /** POSTROUTING, and for a packet to oneself PREROUTING and INPUT after it. */
  private leave(): Ending {
    const { packet, route } = this.run;
    const left = this.postrouting();
    if (left.verdict !== 'accept' || (route?.local !== true && packet.out !== 'lo')) return left;
    packet.in = packet.out;
    packet.out = '';
    // The entry enters the table at the end of POSTROUTING (nf_conntrack_confirm).
    if (packet.tracking.kind === 'tracked') packet.tracking.status.add('confirmed');
    // A packet that conntrack refused is looked at again; one marked untracked stays so.
    if (packet.tracking.kind === 'invalid') packet.tracking = { kind: 'none' };
    return (
      this.hook('prerouting') ??
      this.hook('input') ?? { verdict: 'accept', why: 'delivered to this namespace', out: null }
    );
  }

  /** A frame that came in by a port of a bridge. */
  fromPort(port: string, bridge: LinkState): Ending {
    const { run } = this;
    const { packet, view } = run;
    const segment = this.onSegment(bridge);
    const name = packet.family === 'ip' ? 'iptables' : 'ip6tables';
    const called = view.sysctl(`net.bridge.bridge-nf-call-${name}`) === '1';
    if (!called) {
      if (!segment) return this.input(bridge.name);
      if (this.isOwnPort(port, bridge))
        return discarded(`the bridge does not send a frame back out of ${port} (no hairpin mode)`);
      return {
        verdict: 'accept',
        why: `bridged by ${bridge.name} without rules: bridge-nf-call-${name} is not 1`,
        out: bridge.name,
      };
    }
    packet.in = bridge.name;
    packet.bridge = { inPort: port, outPort: '' };
    const before = packet.destination;
    const dropped = this.hook('prerouting');
    if (dropped !== null) return dropped;
    if (equalWords(before, packet.destination))
      return segment ? this.bridged(port, bridge) : this.routeInput();
    // Translated: bridged on when the new destination is behind the same bridge, else handed to the router.
    return this.onSegment(bridge) ? this.bridged(port, bridge) : this.routeInput();
  }

  /** Whether the packet's destination is another host behind this bridge. */
  private onSegment(bridge: LinkState): boolean {
    const route = this.lookup(bridge.name);
    if (route === null) return false;
    const hop = route.hops[0];
    return (
      route.type === 'unicast' && hop !== undefined && hop.device === bridge.name && hop.gateway === null
    );
  }

  private isOwnPort(port: string, bridge: LinkState): boolean {
    const { view, packet } = this.run;
    const outPort = view.portTowards(bridge, packet.destination);
    const hairpin = view.link(port)?.port?.hairpin;
    return outPort === port && hairpin !== true && hairpin !== 1;
  }

  private bridged(port: string, bridge: LinkState): Ending {
    const { run } = this;
    const { packet, view } = run;
    if (this.isOwnPort(port, bridge))
      return discarded(`the bridge does not send a frame back out of ${port} (no hairpin mode)`);
    packet.bridge = { inPort: port, outPort: view.portTowards(bridge, packet.destination) };
    packet.out = bridge.name;
    run.route = { device: bridge.name, nextHop: packet.destination, local: false };
    const dropped = this.hook('forward');
    if (dropped !== null) return dropped;
    // Bridged frames have no input device in POSTROUTING.
    packet.in = '';
    const ending = this.postrouting();
    return ending.verdict === 'accept' ? { ...ending, why: `bridged by ${bridge.name}` } : ending;
  }
}

/** Multicast, and the limited broadcast of IPv4. */
function isGroup(words: Words): boolean {
  const [first = 0] = words;
  return words.length === 1 ? first >>> 28 === 0xe || first === 0xffffffff : first >>> 24 === 0xff;
}

function isLinkLocal(words: Words): boolean {
  return ((words[0] ?? 0) & 0xffc00000) >>> 0 === 0xfe800000;
}
