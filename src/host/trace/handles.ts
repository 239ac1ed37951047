/** Which rule a handle of the kernel means: `nft -a list ruleset` prints the handles beside the rules. */
import { inNamespace } from '../namespaces/enter.ts';
import { run } from '../rules/run.ts';

export interface HandledRule {
  /** From 1 in its chain. */
  readonly position: number;
  /** As `nft list ruleset` prints it. */
  readonly text: string;
}

/** By `handleKey`. Empty when nft cannot say. */
export type Handles = ReadonlyMap<string, HandledRule>;

export function handleKey(family: string, table: string, chain: string, handle: number): string {
  return `${family} ${table} ${chain} ${handle}`;
}

export async function readHandles(namespacePath: string): Promise<Handles> {
  const output = await run('nft', ['-a', 'list', 'ruleset'], (work) => inNamespace(namespacePath, work));
  return output.status === 'done' ? parseHandles(output.stdout) : new Map();
}

/** Reads the listing; a chain's rules are one level deeper than its own line. */
export function parseHandles(listing: string): Handles {
  const handles = new Map<string, HandledRule>();
  let family = '';
  let table = '';
  let chain = '';
  let position = 0;
  for (const line of listing.split('\n')) {
    const tableLine = /^table (\S+) (\S+) \{/.exec(line);
    if (tableLine !== null) [, family = '', table = ''] = tableLine;
    const chainLine = /^\tchain (\S+) \{/.exec(line);
    if (chainLine !== null) {
      chain = chainLine[1] ?? '';
      position = 0;
      continue;
    }
    if (line === '\t}') chain = '';
    const rule = /^\t\t(.*) # handle (\d+)$/.exec(line);
    if (rule === null || chain === '') continue;
    position++;
    handles.set(handleKey(family, table, chain, Number(rule[2])), { position, text: (rule[1] ?? '').trim() });
  }
  return handles;
}
