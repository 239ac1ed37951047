/** What the analysis says of a segment, as a bit mask, and the header's flags (RFC 9293 section 3.1). */

export const segmentFlag = {
  retransmission: 1 << 0,
  lostSegment: 1 << 1,
  ackLostSegment: 1 << 2,
  keepAlive: 1 << 3,
  duplicateAck: 1 << 4,
  zeroWindow: 1 << 5,
  zeroWindowProbe: 1 << 6,
  zeroWindowProbeAck: 1 << 7,
  keepAliveAck: 1 << 8,
  outOfOrder: 1 << 9,
  fastRetransmission: 1 << 10,
  windowUpdate: 1 << 11,
  windowFull: 1 << 12,
  reusedPorts: 1 << 13,
  spuriousRetransmission: 1 << 14,
} as const;

/** Wireshark's field for each bit, from bit 0 on. */
export const segmentFieldNames = [
  'tcp.analysis.retransmission',
  'tcp.analysis.lost_segment',
  'tcp.analysis.ack_lost_segment',
  'tcp.analysis.keep_alive',
  'tcp.analysis.duplicate_ack',
  'tcp.analysis.zero_window',
  'tcp.analysis.zero_window_probe',
  'tcp.analysis.zero_window_probe_ack',
  'tcp.analysis.keep_alive_ack',
  'tcp.analysis.out_of_order',
  'tcp.analysis.fast_retransmission',
  'tcp.analysis.window_update',
  'tcp.analysis.window_full',
  'tcp.analysis.reused_ports',
  'tcp.analysis.spurious_retransmission',
] as const;

const labels = [
  'retransmission',
  'previous segment not captured',
  'acked unseen segment',
  'keep-alive',
  'dup ack',
  'zero window',
  'zero window probe',
  'zero window probe ack',
  'keep-alive ack',
  'out-of-order',
  'fast retransmission',
  'window update',
  'window full',
  'port numbers reused',
  'spurious retransmission',
] as const;

/** What the bits of a mask mean, for people. */
export function describeSegment(mask: number): string[] {
  return labels.filter((_, bit) => (mask & (1 << bit)) !== 0);
}

export const tcpFlag = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;
