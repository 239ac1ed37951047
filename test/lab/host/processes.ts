/** What /proc says about processes: which are whose children, and who is in which namespace. */
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Processes whose parent is a thread of `pid`; with `name`, only those whose `comm` it is. */
export function childrenOf(pid: number, name?: string): number[] {
  const children = tryRead(() => readdirSync(`/proc/${pid}/task`), []).flatMap((thread) =>
    tryRead(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'), '')
      .split(' ')
      .filter((word) => word !== '')
      .map(Number),
  );
  return name === undefined
    ? children
    : children.filter(
        (child) => tryRead(() => readFileSync(`/proc/${child}/comm`, 'utf8').trim(), '') === name,
      );
}

/** The namespaces of `pid` that are not our own, such as `net:[4026532613]`. */
export function namespacesOf(pid: number): string[] {
  const own = new Set(namespaceLinks('self'));
  return [...new Set(namespaceLinks(String(pid)).filter((link) => !own.has(link)))];
}

/**
 * Keeps the namespaces of `pid` until the function that it returns is called: the kernel gives the numbers of namespaces
 * that ended to new ones at once, so that nobody could say later whether a process is in one of these.
 */
export function holdNamespaces(pid: number): () => void {
  const held = readdirSync(`/proc/${pid}/ns`).map((entry) => openSync(`/proc/${pid}/ns/${entry}`, 'r'));
  return () => {
    for (const descriptor of held) closeSync(descriptor);
  };
}

/** Processes that are in one of `namespaces`, as `pid name`. */
export function processesIn(namespaces: readonly string[]): string[] {
  const wanted = new Set(namespaces);
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => namespaceLinks(pid).some((link) => wanted.has(link)))
    .map((pid) => `${pid} ${tryRead(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), '')}`);
}

function namespaceLinks(pid: string): string[] {
  return tryRead(() => readdirSync(`/proc/${pid}/ns`), []).flatMap((entry) =>
    tryRead(() => [readlinkSync(`/proc/${pid}/ns/${entry}`)], []),
  );
}

/** A process may end between two looks at it. */
function tryRead<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
