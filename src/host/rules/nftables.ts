/** Tables that nft, or a program that speaks nftables itself, made. */
import type { RulesetDump } from '../../snapshot/schema.ts';
import type { RunInside } from './run.ts';

export async function dumpNftables(run: RunInside): Promise<RulesetDump> {
  const backend = 'nftables';
  const family = 'inet';
  const output = await run('nft', ['-j', 'list', 'ruleset']);
  switch (output.status) {
    case 'done':
      return { backend, family, text: output.stdout };
    case 'failed':
      return { backend, family, error: output.why };
    case 'missing':
      return {
        backend,
        family,
        error: 'nft is not installed, and the kernel has native nftables tables: install nftables',
      };
  }
}
