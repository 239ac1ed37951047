/** Tables that nft, or a program that speaks nftables itself, made. */
import type { RulesetDump } from '../../snapshot/schema.ts';
import { dumpOf, type RunInside } from './run.ts';

export async function dumpNftables(run: RunInside): Promise<RulesetDump> {
  return dumpOf(
    { backend: 'nftables', family: 'inet' },
    await run('nft', ['-j', 'list', 'ruleset']),
    'nft is not installed, and the kernel has native nftables tables: install nftables',
  );
}
