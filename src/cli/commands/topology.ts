import { setFlagsFromString } from 'node:v8';
import { type Command, Option } from 'commander';
import { readHost, readHostTwice } from '../../session/read-host.ts';
import { buildTopology } from '../../topology/build.ts';
import type { Topology } from '../../topology/model.ts';
import {
  addOutputOptions,
  type CaptureOptions,
  colorOption,
  dockerHostOption,
  positiveNumber,
  wantsColor,
} from '../options.ts';
import { Output } from '../output.ts';

interface TopologyOptions extends Pick<CaptureOptions, 'read' | 'dockerHost' | 'color'> {
  readonly json?: boolean;
  readonly dot?: boolean;
  readonly mermaid?: boolean;
  readonly tree?: boolean;
  readonly stats?: number;
}

/** Mermaid's defaults of maxTextSize and maxEdges (https://mermaid.js.org/config/schema-docs/config.html). */
const mermaidLimits = { text: 50_000, edges: 500 };

export function topologyCommand(program: Command): void {
  const command = program
    .command('topology')
    .summary('namespaces, links, veth peers, bridges, containers')
    .description(
      'Namespaces, links, veth peers, bridges and containers of this host, or of a recording or snapshot (-r).',
    )
    .option('-r, --read <file>', 'a recording or a snapshot; - is standard input', (file: string) => [file])
    .addOption(
      new Option(
        '--stats [seconds]',
        'what each link has carried, and by the second over so long; 0 without rates (default: 1)',
      )
        .argParser(secondsOrNone)
        .preset('1')
        .conflicts(['dot', 'mermaid']),
    )
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
  const graph =
    options.stats === undefined
      ? buildTopology(await readHost({ ...options, graphOnly: true }))
      : await withTraffic(options, options.stats);
  const output = new Output();
  if (options.json === true) {
    await output.json(graph);
  } else if (options.dot === true) {
    const { drawDot } = await import('../../topology/draw/dot.ts');
    await output.write(drawDot(graph));
  } else if (options.mermaid === true) {
    const { drawMermaid } = await import('../../topology/draw/mermaid.ts');
    const drawing = drawMermaid(graph);
    await output.write(drawing);
    const edges = drawing.split('\n').filter((line) => /^ {2}n\w+ [-=]/.test(line)).length;
    if (drawing.length > mermaidLimits.text || edges > mermaidLimits.edges) {
      process.stderr.write(
        `netscope: Mermaid refuses a graph of ${edges} edges and ${drawing.length} characters unless its maxEdges and maxTextSize are raised; --dot has no such limit\n`,
      );
    }
  } else {
    const { drawTree } = await import('../../topology/draw/tree.ts');
    const { treeStyle } = await import('../tree-style.ts');
    const style = treeStyle(wantsColor(options.color));
    if (options.stats === undefined) await output.write(drawTree(graph, style));
    else {
      const { trafficCells } = await import('../link-traffic-text.ts');
      await output.write(drawTree(graph, { ...style, trafficCells }));
    }
  }
  await output.flush();
}

/** The graph with what its links carry: of this host by two looks at their counters, else by what the file has. */
async function withTraffic(options: TopologyOptions, seconds: number): Promise<Topology> {
  const { withStatistics } = await import('../../topology/link-statistics.ts');
  const { readTraffic, trafficOf } = await import('../../session/read-traffic.ts');
  const file = options.read?.[0];
  if (file === undefined) {
    const host = await readHost({ ...options, graphOnly: true });
    const look = await readTraffic(host, seconds);
    return withStatistics(buildTopology(host), look.traffic, look.seconds);
  }
  const { earlier, last } = await readHostTwice(file, seconds);
  const look = trafficOf(seconds === 0 ? null : earlier, last);
  return withStatistics(buildTopology(last), look.traffic, look.seconds);
}

function secondsOrNone(text: string): number {
  return text === '0' ? 0 : positiveNumber(text);
}
