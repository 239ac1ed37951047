/** What crossing a link needs, and where it may lead. */
import type { NamespaceState } from '../snapshot/schema.ts';
import type { Place, Scene } from './scene.ts';
import type { Direction, Trouble } from './trouble.ts';

export interface Crossing {
  readonly scene: Scene;
  readonly direction: Direction;
  readonly troubles: Trouble[];
  /** Called for each link that the packet passes, in order. */
  readonly pass: (place: Place, what: string, trouble: Trouble | null) => void;
}

export type Arrival =
  | { readonly kind: 'namespace'; readonly namespace: NamespaceState; readonly in: string }
  | { readonly kind: 'beyond'; readonly why: string }
  | { readonly kind: 'stopped' };

export const stopped: Arrival = { kind: 'stopped' };

/** Notes what stands in the way, once. */
export function note(crossing: Crossing, trouble: Trouble): Trouble {
  crossing.troubles.push(trouble);
  return trouble;
}
