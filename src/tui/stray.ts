/**
 * What other code prints while the TUI has the terminal (Node's warnings, console.error of a library) would
 * land in the middle of the screen: it is held and printed afterwards.
 */

/** More than this many characters are not kept. */
const limit = 64 * 1024;

/** Holds standard error and the console; the result prints what came and gives them back. */
export function holdStray(): () => void {
  const { stderr } = process;
  const write = stderr.write;
  const { log, info, warn, error, debug } = console;
  let held = '';
  const keep = (text: string) => {
    if (held.length < limit) held += text;
  };
  stderr.write = (chunk: string | Uint8Array) => {
    keep(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    return true;
  };
  const line = (...parts: unknown[]) => keep(`${parts.map(String).join(' ')}\n`);
  Object.assign(console, { log: line, info: line, warn: line, error: line, debug: line });
  return () => {
    stderr.write = write;
    Object.assign(console, { log, info, warn, error, debug });
    if (held !== '') stderr.write(held);
  };
}
