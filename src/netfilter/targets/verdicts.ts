/** The targets without options that decide or go back: ACCEPT, DROP, RETURN (x_tables core). */
import { defineTarget, type Effect, type Extension, type Target } from '../extension.ts';

function verdict(name: string, effect: Effect): Extension<Target> {
  return defineTarget<null>({
    name,
    options: [],
    parse: () => null,
    print: () => '',
    evaluate: () => effect,
  });
}

export const accept = verdict('ACCEPT', { kind: 'accept' });
export const drop = verdict('DROP', { kind: 'drop' });
export const giveBack = verdict('RETURN', { kind: 'return' });
export const queue = verdict('QUEUE', { kind: 'queue', to: 'queue 0' });
