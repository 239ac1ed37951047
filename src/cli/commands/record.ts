import type { Command } from 'commander';
import type { Session } from '../../session/model.ts';
import { usageError } from '../errors.ts';
import { addCaptureOptions, addWriteOptions, type CaptureOptions } from '../options.ts';
import { grouped } from '../output.ts';
import { finishOnSignal, openSession, printWarnings } from '../session.ts';

export function recordCommand(program: Command): void {
  const command = program
    .command('record [bpf...]')
    .summary('capture and host state in one pcapng file')
    .description(
      'Captures packets and the state of this host in one pcapng file, until -c, --duration or Ctrl-C.',
    );
  addWriteOptions(addCaptureOptions(command)).action(record);
}

async function record(bpf: readonly string[], options: CaptureOptions): Promise<void> {
  if (options.write === undefined) {
    throw usageError('record', 'no file is named', 'give one with -w FILE, or -w - for standard output');
  }
  const session = await openSession(bpf, options, { keepPackets: false });
  try {
    process.stderr.write(`netscope: recording ${interfacesOf(session)}; Ctrl-C ends it\n`);
    await finishOnSignal(session);
  } finally {
    await session.close();
  }
  const totals = session.totals();
  const dropped =
    totals.dropped === null ? 'drops not known' : `${grouped(totals.dropped)} dropped by the kernel`;
  process.stderr.write(
    `netscope: ${grouped(totals.packets)} packets, ${dropped}, written to ${options.write}\n`,
  );
  printWarnings(session);
}

function interfacesOf(session: Session): string {
  const names = session.interfaces.map((device) => `${device.namespace ?? ''}:${device.name}`);
  return names.length <= 4
    ? names.join(', ')
    : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more interfaces`;
}
