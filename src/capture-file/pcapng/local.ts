/**
 * netscope's own block: the host snapshot as gzip-compressed JSON, in a block of a local-use type that other
 * readers skip. Body, in the section's byte order:
 *
 *     8 bytes  "netscope"
 *     u16      version, 1
 *     u16      kind, 1: host snapshot
 *     u32      number of this part, from 0
 *     u32      parts
 *     u32      bytes of data in this part
 *     data, padded to 4 bytes
 *
 * A snapshot larger than `partLength` goes into several blocks, because wiretap refuses a file with a block of
 * more than 16 MiB, also of a type that it would skip.
 */
import { gunzipSync } from 'node:zlib';

export const localMagic = new TextEncoder().encode('netscope');
export const localVersion = 1;
export const localKindSnapshot = 1;
/** Bytes in front of the data. */
export const localHeaderLength = 24;
export const partLength = 4 * 1024 * 1024;

/** Bounds of what a reader takes, compressed and not: a snapshot of a large host has a few megabytes. */
const mostCompressed = 64 * 1024 * 1024;
const mostJson = 256 * 1024 * 1024;

/** Joins the parts of snapshots as their blocks come. */
export class SnapshotParts {
  #parts: Uint8Array[] = [];
  #length = 0;

  /**
   * Takes the body `[start, end)` of one block.
   *
   * @returns the snapshot's JSON when it is complete; null when parts are to come or the block is another's.
   * @throws Error saying what is wrong with the block.
   */
  add(buffer: Uint8Array, view: DataView, start: number, end: number, little: boolean): string | null {
    if (end - start < localHeaderLength) return null;
    if (!localMagic.every((byte, index) => buffer[start + index] === byte)) return null;
    const version = view.getUint16(start + 8, little);
    if (version !== localVersion) throw new Error(`written by a newer netscope (version ${version})`);
    if (view.getUint16(start + 10, little) !== localKindSnapshot) return null;
    const part = view.getUint32(start + 12, little);
    const parts = view.getUint32(start + 16, little);
    const length = view.getUint32(start + 20, little);
    const data = start + localHeaderLength;
    if (data + length > end) throw new Error('its data is longer than the block');
    if (part === 0) this.#clear();
    if (part !== this.#parts.length) throw new Error(`part ${part} of ${parts} without those before it`);
    if (this.#length + length > mostCompressed) throw new Error('larger than netscope writes');
    this.#parts.push(buffer.slice(data, data + length));
    this.#length += length;
    if (this.#parts.length < parts) return null;
    const compressed = Buffer.concat(this.#parts);
    this.#clear();
    return gunzipSync(compressed, { maxOutputLength: mostJson }).toString('utf8');
  }

  /** True when a snapshot was begun and not ended. */
  get unfinished(): boolean {
    return this.#parts.length > 0;
  }

  #clear(): void {
    this.#parts = [];
    this.#length = 0;
  }
}
