import { type Command, Option } from 'commander';
import type { Session } from '../../session/model.ts';
import { packetFilter } from '../display-filter.ts';
import { usageError } from '../errors.ts';
import {
  addCaptureOptions,
  addDisplayFilter,
  addOutputOptions,
  type CaptureOptions,
  type OutputOptions,
  positiveInteger,
  wantsColor,
} from '../options.ts';
import { Output } from '../output.ts';
import { packetObject, packetText, type ShownPacket } from '../packet-output.ts';
import { createPaint } from '../paint.ts';
import { finishOnSignal, openSession, printWarnings } from '../session.ts';
import { streamLines, streamObject } from '../stream-output.ts';

interface PacketsOptions extends CaptureOptions, OutputOptions {
  readonly verbose?: boolean;
  readonly hex?: boolean;
  readonly follow?: number;
}

/** Packets printed before other work gets a turn. */
const slice = 256;

export function packetsCommand(program: Command): void {
  const command = program
    .command('packets [bpf...]')
    .summary('one line per packet, or the decoded tree, or the bytes')
    .description('Packets, one line each, as they arrive or from -r.')
    .addOption(new Option('-V, --verbose', 'the decoded tree of each packet'))
    .addOption(new Option('-x, --hex', 'the bytes of each packet'))
    .addOption(
      new Option(
        '--follow <flow>',
        'what both sides of one flow sent (its id as `flows` gives it); with -x in hexadecimal',
      )
        .argParser(positiveInteger)
        .conflicts(['verbose', 'ndjson', 'displayFilter']),
    );
  addOutputOptions(addDisplayFilter(addCaptureOptions(command)), ['json', 'ndjson']).action(packets);
}

async function packets(bpf: readonly string[], options: PacketsOptions): Promise<void> {
  const accepts = await packetFilter(options.displayFilter);
  const session = await openSession(bpf, options, { keepPackets: true });
  if (options.follow !== undefined) {
    await printStream(session, options.follow, options);
    return;
  }
  const output = new Output();
  const style = {
    verbose: options.verbose === true,
    hex: options.hex === true,
  };
  let next = 1;
  let written = 0;

  async function print(packet: ShownPacket): Promise<void> {
    if (options.json === true) {
      const text = JSON.stringify(packetObject(session, packet, style), bigintAsText);
      await output.write(`${written === 0 ? '' : ','}\n    ${text}`);
    } else if (options.ndjson === true) {
      await output.line(JSON.stringify(packetObject(session, packet, style), bigintAsText));
    } else {
      await output.line(packetText(session, packet, style));
    }
    written++;
  }

  async function printArrived(): Promise<void> {
    next = Math.max(next, session.packets.first);
    for (let done = 0; next <= session.packets.last; next++) {
      const entry = session.packets.at(next);
      const frame = session.packets.bytes(next);
      const dissection = session.packets.dissect(next);
      if (
        entry !== undefined &&
        frame !== undefined &&
        dissection !== undefined &&
        accepts(dissection, frame)
      ) {
        await print({ entry, frame, dissection });
      }
      if (++done % slice === 0) await new Promise(setImmediate);
    }
    await output.flush();
  }

  try {
    if (options.json === true) await output.write('{\n  "schema": "netscope.packets/1",\n  "packets": [');
    let printing = printArrived();
    const stop = session.onChange(() => {
      printing = printing.then(printArrived);
    });
    await finishOnSignal(session);
    stop();
    await printing;
    await printArrived();
    if (options.json === true) await output.write(`${written === 0 ? '' : '\n  '}]\n}\n`);
    await output.flush();
    printWarnings(session);
  } finally {
    await session.close();
  }
}

async function printStream(session: Session, flow: number, options: PacketsOptions): Promise<void> {
  try {
    await finishOnSignal(session);
    const found = session.flows().flows.find(({ id }) => id === flow);
    if (found === undefined) {
      throw usageError(
        `follow flow ${flow}`,
        'there is none of that number',
        'see `netscope flows` for those that there are',
      );
    }
    const pieces = session.follow(flow);
    const output = new Output();
    if (options.json === true) {
      await output.json(streamObject(found, pieces));
    } else {
      const paint = createPaint(wantsColor(options.color));
      for (const line of streamLines(found, pieces, options.hex === true, paint)) await output.line(line);
    }
    await output.flush();
    printWarnings(session);
  } finally {
    await session.close();
  }
}

/** 64-bit fields do not fit a JSON number that JavaScript reads back. */
function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
