/** What an expression of a rule says of a packet. */
import type { Environment } from '../extension.ts';
import type { Packet } from '../packet.ts';
import type { DataType, Value } from './datatypes.ts';

export type Reading =
  | { readonly kind: 'value'; readonly value: Value }
  /** NFT_BREAK: the packet has no such thing, the rule does not match. */
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string }
  /** Any of `count` numbers from `from`: which one, the kernel draws. */
  | { readonly kind: 'drawn'; readonly why: string; readonly from: number; readonly count: number };

export interface Expression {
  readonly type: DataType;
  /** As nft prints it. */
  readonly text: string;
  read(packet: Packet, environment: Environment): Reading;
}

export function is(value: Value): Reading {
  return { kind: 'value', value };
}

export function absent(why: string): Reading {
  return { kind: 'absent', why };
}

export function unknown(why: string): Reading {
  return { kind: 'unknown', why };
}

/** The value, or unknown for a field of the packet that was not described. */
export function known(value: number | null, what: string): Reading {
  return value === null ? unknown(`the packet’s ${what} is not known`) : is(value);
}
