/** What `--help` says of the keys: those that the footers of the views name. */
import { createKeymap, keyLabel } from '../tui/keymap.ts';
import { wrap } from '../tui/text/width.ts';
import { loadConfig } from './config/load.ts';

/** @param words the command line; a config file that is wrong, or not there, is no reason for no help. */
export async function keysHelp(words: readonly string[]): Promise<string> {
  const at = words.indexOf('--config');
  const file = await loadConfig(at < 0 ? undefined : words[at + 1]).catch(() => null);
  const { bindings } = createKeymap(file?.config.keys ?? {});
  const views = bindings.filter(({ action }) => action.startsWith('view-'));
  const named = bindings
    .filter(({ footer }) => footer !== undefined)
    .toSorted((a, b) => (a.footer ?? 0) - (b.footer ?? 0));
  const texts = [...views, ...named]
    .filter(({ keys }) => keys.length > 0)
    .map(({ keys: [key = ''], label }) => `${keyLabel(key)} ${label}`);
  return ['Keys (the one for help lists them all):', ...wrap(texts.join(', '), 76)].join('\n  ');
}
