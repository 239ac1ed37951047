import { setFlagsFromString } from 'node:v8';
import { type Command, Option } from 'commander';
import { readHost } from '../../session/read-host.ts';
import { buildTopology } from '../../topology/build.ts';
import {
  addOutputOptions,
  type CaptureOptions,
  colorOption,
  dockerHostOption,
  wantsColor,
} from '../options.ts';
import { Output } from '../output.ts';

interface TopologyOptions extends Pick<CaptureOptions, 'read' | 'dockerHost' | 'color'> {
  readonly json?: boolean;
  readonly dot?: boolean;
  readonly mermaid?: boolean;
  readonly tree?: boolean;
}

export function topologyCommand(program: Command): void {
  const command = program
    .command('topology')
    .summary('namespaces, links, veth peers, bridges, containers')
    .description(
      'Namespaces, links, veth peers, bridges and containers of this host, or of a recording or snapshot (-r).',
    )
    .option('-r, --read <file>', 'a recording or a snapshot; - is standard input', (file: string) => [file])
    .addOption(dockerHostOption())
    .addOption(colorOption());
  addOutputOptions(command, ['json'])
    .addOption(new Option('--tree', 'a tree (the default)').conflicts(['json', 'dot', 'mermaid']))
    .addOption(new Option('--dot', 'a Graphviz graph').conflicts(['json', 'mermaid']))
    .addOption(new Option('--mermaid', 'a Mermaid graph').conflicts(['json']))
    .action(topology);
}

async function topology(options: TopologyOptions): Promise<void> {
  // Optimising what runs for a fraction of a second takes more than it gives: a fifth of the processor time of reading
  // 500 namespaces. Bytes of bytecode, some 8 times V8's own; what runs for long is optimised all the same.
  // Node 20's V8: later ones no longer have the flag, and would say so on standard error.
  if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=1000000');
  const graph = buildTopology(await readHost({ ...options, graphOnly: true }));
  const output = new Output();
  if (options.json === true) {
    await output.json(graph);
  } else if (options.dot === true) {
    const { drawDot } = await import('../../topology/draw/dot.ts');
    await output.write(drawDot(graph));
  } else if (options.mermaid === true) {
    const { drawMermaid } = await import('../../topology/draw/mermaid.ts');
    await output.write(drawMermaid(graph));
  } else {
    const { drawTree } = await import('../../topology/draw/tree.ts');
    const { treeStyle } = await import('../tree-style.ts');
    await output.write(drawTree(graph, treeStyle(wantsColor(options.color))));
  }
  await output.flush();
}
