/** Standard output for programs and pipes: whole documents without building them in memory first. */
import { once } from 'node:events';

/** Characters. */
const flushAt = 1 << 18;

/** Collects text and writes it in large pieces, waiting for slow readers. */
export class Output {
  #pending = '';
  readonly #stream: NodeJS.WritableStream;

  constructor(stream: NodeJS.WritableStream = process.stdout) {
    this.#stream = stream;
  }

  async write(text: string): Promise<void> {
    this.#pending += text;
    if (this.#pending.length >= flushAt) await this.flush();
  }

  async line(text: string): Promise<void> {
    await this.write(`${text}\n`);
  }

  /** Many at once: only what is written is waited for. */
  async lines(texts: Iterable<string>): Promise<void> {
    for (const text of texts) {
      this.#pending += `${text}\n`;
      if (this.#pending.length >= flushAt) await this.flush();
    }
  }

  async flush(): Promise<void> {
    const text = this.#pending;
    this.#pending = '';
    if (text !== '' && !this.#stream.write(text)) await once(this.#stream, 'drain');
  }

  /**
   * One JSON document. Arrays at the top level, and what else can be iterated over, are written an element a line, so
   * that 100,000 flows need neither one huge string nor a pretty-printer to be read with `less`.
   */
  async json(document: object): Promise<void> {
    const entries = Object.entries(document).filter(([, value]) => value !== undefined);
    await this.write('{');
    for (const [at, [key, value]] of entries.entries()) {
      await this.write(`${at === 0 ? '' : ','}\n  ${JSON.stringify(key)}: `);
      if (isIterable(value)) await this.#array(value);
      else await this.write(JSON.stringify(value));
    }
    await this.line('\n}');
    await this.flush();
  }

  async #array(values: Iterable<unknown>): Promise<void> {
    await this.write('[');
    let separator = '\n    ';
    let end = ']';
    for (const value of values) {
      this.#pending += separator;
      this.#pending += JSON.stringify(value);
      separator = ',\n    ';
      end = '\n  ]';
      if (this.#pending.length >= flushAt) await this.flush();
    }
    await this.write(end);
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

/** One CSV record (RFC 4180). A cell that a spreadsheet would run as a formula is prefixed with an apostrophe. */
export function csvRecord(cells: readonly (string | number | null)[]): string {
  return cells
    .map((cell) => {
      if (cell === null) return '';
      if (typeof cell === 'number') return String(cell);
      const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
      return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    })
    .join(',');
}

/** Whole numbers with thousands grouped, for people. Not by `toLocaleString`, whose first call costs 10 ms. */
export function grouped(value: number): string {
  let text = '';
  let rest = value;
  for (; rest >= 1000; rest = Math.floor(rest / 1000)) text = `,${threeDigits[rest % 1000] ?? ''}${text}`;
  return `${small[rest] ?? ''}${text}`;
}

/** `1 packet`, `12,345 packets`. */
export function counted(value: number, noun: string): string {
  return `${grouped(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** `0` to `999`, and `000` to `999`: counts are doubles, whose conversion is slow. */
const small = Array.from({ length: 1000 }, (_, number) => String(number));
const threeDigits = small.map((text) => text.padStart(3, '0'));
