/** Every engine of the host that answers. A new engine: one file, and its call here. */
import { messageOf } from '../../util/errors.ts';
import { addressText, engineSockets } from './addresses.ts';
import type { EngineState } from './docker.ts';

export interface Engines {
  readonly states: readonly EngineState[];
  readonly warnings: readonly string[];
}

/**
 * No engine is no error. One that the user named and that does not answer is a warning.
 *
 * @throws NetscopeError (usage) for an address that cannot be one.
 */
export async function readEngines(dockerHost: string | undefined): Promise<Engines> {
  const { addresses, explicit } = engineSockets(dockerHost);
  const warnings: string[] = [];
  const states = await Promise.all(
    addresses.map(async (address) => {
      try {
        const { readEngine } = await import('./docker.ts');
        return await readEngine(address);
      } catch (error) {
        // A socket file that nobody listens on is left from an engine that was stopped.
        const stopped = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
        if (explicit || !stopped) warnings.push(`the engine at ${addressText(address)}: ${messageOf(error)}`);
        return undefined;
      }
    }),
  );
  const answered = states.filter((state) => state !== undefined);
  return {
    states: answered,
    warnings: [...warnings, ...answered.flatMap((state) => state.warnings)],
  };
}
