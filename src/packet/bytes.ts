/**
 * Big-endian reads by shifts: no DataView, nothing allocated. Callers check lengths first; a read past the
 * buffer gives zeros rather than NaN.
 */

export function u16(buffer: Uint8Array, offset: number): number {
  return ((buffer[offset] ?? 0) << 8) | (buffer[offset + 1] ?? 0);
}

export function u24(buffer: Uint8Array, offset: number): number {
  return ((buffer[offset] ?? 0) << 16) | ((buffer[offset + 1] ?? 0) << 8) | (buffer[offset + 2] ?? 0);
}

export function u32(buffer: Uint8Array, offset: number): number {
  return (
    (((buffer[offset] ?? 0) << 24) |
      ((buffer[offset + 1] ?? 0) << 16) |
      ((buffer[offset + 2] ?? 0) << 8) |
      (buffer[offset + 3] ?? 0)) >>>
    0
  );
}

export function u16le(buffer: Uint8Array, offset: number): number {
  return (buffer[offset] ?? 0) | ((buffer[offset + 1] ?? 0) << 8);
}

export function u32le(buffer: Uint8Array, offset: number): number {
  return (
    ((buffer[offset] ?? 0) |
      ((buffer[offset + 1] ?? 0) << 8) |
      ((buffer[offset + 2] ?? 0) << 16) |
      ((buffer[offset + 3] ?? 0) << 24)) >>>
    0
  );
}

/** High nibble: the version of an IP header. */
export function nibble(buffer: Uint8Array, offset: number): number {
  return (buffer[offset] ?? 0) >> 4;
}
