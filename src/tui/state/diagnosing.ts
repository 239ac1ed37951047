/** The diagnosis that the TUI makes or made: of which two ends, and how far it is. */
import type { Diagnosis } from '../../diagnose/model.ts';
import type { DiagnosisProgress } from '../../session/diagnosis.ts';

/** FROM and TO as `netscope diagnose` takes them; null while they are not chosen. */
export interface Pair {
  readonly from: string | null;
  readonly to: string | null;
}

export interface WholePair {
  readonly from: string;
  readonly to: string;
}

export interface Diagnosing {
  readonly pair: WholePair;
  readonly passive: boolean;
  readonly state:
    | { readonly kind: 'running'; readonly progress: DiagnosisProgress | null }
    | { readonly kind: 'done'; readonly diagnosis: Diagnosis }
    | { readonly kind: 'failed'; readonly why: string };
}

export function wholePair({ from, to }: Pair): WholePair | null {
  return from === null || to === null ? null : { from, to };
}

export function isSamePair(a: Pair, b: Pair): boolean {
  return a.from === b.from && a.to === b.to;
}
