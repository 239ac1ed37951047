/** What stands in a packet's way, as the walk over the state found it; the causes say what it means. */
import type { Walk } from '../netfilter/evaluate.ts';
import type { Hook } from '../netfilter/model.ts';
import type { RulesBackend } from '../snapshot/schema.ts';
import type { Place } from './scene.ts';

/** A rule, or the policy of a chain (position 0), with all that is needed to name it. */
export interface RulePlace {
  readonly namespace: string;
  readonly namespaceId: string;
  readonly backend: RulesBackend;
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly position: number;
  readonly text: string;
  readonly counter: { readonly packets: number; readonly bytes: number } | null;
  /** Packets that it counted while the attempt was made; null where that is not known. */
  readonly counted?: number | null;
}

export type Direction = 'forward' | 'reply';

export interface PacketText {
  readonly source: string;
  readonly destination: string;
}

export type Trouble = { readonly direction: Direction; readonly namespace: string } & (
  | {
      readonly kind: 'rule';
      readonly rule: RulePlace;
      readonly verdict: 'drop' | 'reject';
      readonly hook: Hook;
      readonly in: string | null;
      readonly out: string | null;
      /** Both interfaces are ports of one bridge. */
      readonly bridged: boolean;
      readonly packet: PacketText;
      /** False where the rule depends on what nobody can know from outside. */
      readonly certain: boolean;
    }
  | { readonly kind: 'forwarding-off'; readonly device: string }
  | { readonly kind: 'rp-filter'; readonly device: string; readonly source: string; readonly why: string }
  | { readonly kind: 'route-localnet'; readonly device: string; readonly destination: string }
  | { readonly kind: 'no-route'; readonly destination: string; readonly why: string; readonly source: string }
  | {
      /** IPv6 is switched off on the link: its addresses and routes went with that. */
      readonly kind: 'ipv6-off';
      readonly place: Place;
    }
  | { readonly kind: 'hairpin'; readonly port: string; readonly destination: string }
  | { readonly kind: 'discarded'; readonly why: string; readonly walk?: Walk }
  | {
      readonly kind: 'link-down';
      readonly place: Place;
      readonly role: 'veth' | 'bridge' | 'other';
      readonly of: string;
    }
  | {
      readonly kind: 'not-attached';
      readonly place: Place;
      readonly expected: string;
      readonly actual: string | null;
      readonly of: string;
    }
  | {
      readonly kind: 'port-blocked';
      readonly place: Place;
      readonly why: string;
      readonly of: string;
      readonly fix: string;
    }
  | {
      readonly kind: 'no-owner';
      readonly place: Place;
      readonly address: string;
      readonly gateway: boolean;
      readonly neighbour: string;
      /** The rule that translated to this address. */
      readonly translated: RulePlace | null;
    }
  | {
      readonly kind: 'bridge-no-address';
      readonly bridge: string;
      readonly address: string;
      readonly cidr: string;
    }
  | {
      readonly kind: 'neighbour-wrong';
      readonly place: Place;
      readonly address: string;
      readonly mac: string;
      readonly expected: string;
      readonly state: string;
    }
  | {
      readonly kind: 'no-arp';
      readonly place: Place;
      readonly address: string;
      readonly of: string;
      /** The sysctl that forbids it to answer; null where the link has ARP switched off. */
      readonly ignores: string | null;
    }
  | { readonly kind: 'duplicate'; readonly address: string; readonly owners: readonly Place[] }
  | { readonly kind: 'mtu'; readonly from: Place; readonly to: Place }
  | { readonly kind: 'macvlan'; readonly child: Place; readonly parent: Place }
  | {
      readonly kind: 'overlay';
      readonly place: Place;
      readonly address: string;
      readonly why: string;
      readonly rule: RulePlace | null;
    }
  | {
      readonly kind: 'overlap';
      readonly bridge: string;
      readonly destination: string;
      readonly other: string;
      /** What takes the packet: the engine's network, or the other route. */
      readonly taker: 'network' | 'route';
    }
  | {
      readonly kind: 'unmasked';
      readonly device: string;
      readonly source: string;
      readonly bridge: string | null;
      readonly in: string | null;
    }
  | {
      readonly kind: 'conntrack-full';
      readonly count: number;
      readonly max: number;
      /** Packets that connection tracking dropped since the namespace began. */
      readonly dropped: number;
    }
);
