/** Rules in the kernel's own x_tables. Only asked where there are tables: the tools make the ones that they list. */
import type { RulesetDump } from '../../snapshot/schema.ts';
import type { RuleHoldings } from './holdings.ts';
import { dumpOf, type RunInside } from './run.ts';

export async function dumpIptablesLegacy(holdings: RuleHoldings, run: RunInside): Promise<RulesetDump[]> {
  const dumps: RulesetDump[] = [];
  if (holdings.legacy4) dumps.push(await dump('ip', 'iptables', run));
  if (holdings.legacy6) dumps.push(await dump('ip6', 'ip6tables', run));
  return dumps;
}

async function dump(
  family: 'ip' | 'ip6',
  program: 'iptables' | 'ip6tables',
  run: RunInside,
): Promise<RulesetDump> {
  return dumpOf(
    { backend: 'iptables-legacy', family },
    await save(program, run),
    `${program}-legacy-save is not installed, and the kernel has legacy tables: install iptables`,
  );
}

/** Before 1.8 there was only this backend, and its program had no suffix; that version does not name a backend. */
async function save(program: 'iptables' | 'ip6tables', run: RunInside): ReturnType<RunInside> {
  const direct = await run(`${program}-legacy-save`, ['-c']);
  if (direct.status !== 'missing') return direct;
  const version = await run(`${program}-save`, ['-V']);
  if (version.status === 'done' && !version.stdout.includes('nf_tables'))
    return run(`${program}-save`, ['-c']);
  return { status: 'missing' };
}
