/** What was typed in earlier sessions. */
import { existsSync, readFileSync } from 'node:fs';
import { writeOwnFile } from './own-file.ts';
import { userFile } from './place.ts';

export interface History {
  readonly lines: readonly string[];
  /** Adds what was typed in this session. A history that cannot be written is no reason to fail. */
  keep(typed: readonly string[]): void;
}

/** Lines that are kept. */
const longest = 200;

export function openHistory(path: string = userFile('state', 'history')): History {
  return {
    lines: readLines(path),
    keep(typed) {
      if (typed.length === 0) return;
      // Read again: another session may have ended meanwhile.
      const lines = [...readLines(path), ...typed].filter((line, at, all) => line !== all[at + 1]);
      try {
        writeOwnFile(path, `${lines.slice(-longest).join('\n')}\n`);
      } catch {}
    },
  };
}

function readLines(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean).slice(-longest);
  } catch {
    return [];
  }
}
