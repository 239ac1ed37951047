import type { Command } from 'commander';
import { Option } from 'commander';
import { parseDump } from '../../netfilter/parse/dump.ts';
import { printDump } from '../../netfilter/parse/print.ts';
import { readText } from '../../session/files.ts';
import { exitStatus } from '../../util/errors.ts';
import { printable } from '../../util/printable.ts';
import { usageError } from '../errors.ts';
import { Output } from '../output.ts';

export function rulesCheckCommand(rules: Command): void {
  rules
    .command('check <file...>')
    .description(
      'Parses rule dumps and prints them back as iptables-save would. Lines that cannot be kept go to standard error.',
    )
    .addOption(
      new Option('--family <family>', 'address family, where the content does not tell').choices([
        'ip',
        'ip6',
      ]),
    )
    .action(check);
}

async function check(files: readonly string[], options: { readonly family?: 'ip' | 'ip6' }): Promise<void> {
  const output = new Output();
  let kept = true;
  for (const file of files) {
    const text = readText(file, 'read the rules');
    if (text.trimStart().startsWith('{')) {
      throw usageError(
        `check ${file}`,
        'it is an nft dump',
        'rules check prints iptables dumps back; give those',
      );
    }
    const dump = parseDump(text, {
      backend: 'iptables-nft',
      ...(options.family === undefined ? {} : { family: options.family }),
    });
    for (const { line, text: words, why } of dump.errors) {
      kept = false;
      process.stderr.write(`netscope: ${file}:${line}: ${printable(why)}: ${printable(words)}\n`);
    }
    await output.write(printDump(dump.tables));
  }
  await output.flush();
  if (!kept) process.exitCode = exitStatus.blocked;
}
