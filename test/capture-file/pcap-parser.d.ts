/** What the tests use of pcap-parser, which has no types of its own. */
declare module 'pcap-parser' {
  import type { Readable } from 'node:stream';

  interface PacketHeader {
    readonly timestampSeconds: number;
    readonly timestampMicroseconds: number;
    readonly capturedLength: number;
    readonly originalLength: number;
  }

  interface Parser {
    on(event: 'packet', listener: (packet: { header: PacketHeader; data: Buffer }) => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
    on(event: 'end', listener: () => void): void;
  }

  const pcapParser: { parse(stream: Readable): Parser };
  export default pcapParser;
}
