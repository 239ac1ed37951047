/** `w`: what is shown, as text, in a file. */
import { writeFile } from 'node:fs/promises';
import { messageOf } from '../util/errors.ts';
import { placeNow, say, type Ui } from './state/model.ts';
import type { Store } from './state/store.ts';
import type { Frame, View } from './views/view.ts';

/** Rows that are written at most: packets are decoded for it, and keys wait meanwhile. */
const saveLimit = 10_000;

/** `netscope-flows-20261120T102431.txt` */
export function fileNameFor(view: string, now: Date): string {
  return `netscope-${view}-${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}.txt`;
}

/** Starts writing; how it went is said when it is known. */
export function saveShown(path: string, view: View, frame: Frame, ui: Ui, store: Store<Ui>): Ui {
  if (path === '') return say(ui, 'a file name, please', 'problem');
  const lines = view.text(placeNow(ui), frame, saveLimit);
  const all = lines.length < saveLimit ? '' : 'the first ';
  // `wx`: a file that is there already is never overwritten.
  writeFile(path, `${lines.join('\n')}\n`, { flag: 'wx' }).then(
    () => store.set(say(store.get(), `${all}${lines.length} lines in ${path}`)),
    (error: unknown) => store.set(say(store.get(), `cannot write ${path}: ${messageOf(error)}`, 'problem')),
  );
  return ui;
}
