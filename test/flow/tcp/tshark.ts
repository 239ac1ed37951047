/** The marks that tshark gives to the TCP segments of a capture, frame by frame. */
import { spawnSync } from 'node:child_process';
import { execaSync } from 'execa';
import { segmentFieldNames } from '../../../src/flow/tcp/flags.ts';

export const hasTshark = spawnSync('tshark', ['-v']).status === 0;

/** `frame number: names of the marks`, for frames that have any. */
export function tsharkMarks(path: string): Map<number, string[]> {
  const fields = ['frame.number', ...segmentFieldNames].flatMap((name) => ['-e', name]);
  const { stdout } = execaSync(
    'tshark',
    // Reassembly does not change the marks; without it, tshark does not look into payloads.
    [
      '-n',
      '-r',
      path,
      '-o',
      'tcp.desegment_tcp_streams:false',
      '-Y',
      'tcp.analysis.flags',
      '-T',
      'fields',
      ...fields,
    ],
    { stderr: 'ignore' },
  );
  const marks = new Map<number, string[]>();
  for (const line of stdout.split('\n')) {
    const [number, ...values] = line.split('\t');
    if (number === undefined || number === '') continue;
    const names = segmentFieldNames.filter((_, index) => (values[index] ?? '') !== '');
    // The field of the plain retransmission is also set beside those of the two special ones.
    const special = names.some((name) => /fast_retransmission|spurious_retransmission/.test(name));
    marks.set(
      Number(number),
      names.filter((name) => !special || name !== 'tcp.analysis.retransmission'),
    );
  }
  return marks;
}

/** Nanoseconds of the ACK round trip times by frame number, and of the handshake (null: not seen). */
export function tsharkTimes(path: string): {
  readonly acks: Map<number, number>;
  readonly handshake: number | null;
} {
  const fields = ['frame.number', 'tcp.analysis.ack_rtt', 'tcp.analysis.initial_rtt'].flatMap((name) => [
    '-e',
    name,
  ]);
  const { stdout } = execaSync('tshark', ['-n', '-r', path, '-T', 'fields', ...fields], { stderr: 'ignore' });
  const acks = new Map<number, number>();
  let handshake: number | null = null;
  for (const line of stdout.split('\n')) {
    const [number = '', ack = '', initial = ''] = line.split('\t');
    if (ack !== '') acks.set(Number(number), Math.round(Number(ack) * 1e9));
    if (initial !== '') handshake = Math.round(Number(initial) * 1e9);
  }
  return { acks, handshake };
}

/** The names of the marks in a `segmentFlag` mask. */
export function namesOf(mask: number): string[] {
  return segmentFieldNames.filter((_, bit) => (mask & (1 << bit)) !== 0);
}
