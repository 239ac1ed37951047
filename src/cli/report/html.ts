/** HTML from a template whose every value is escaped, unless it came from this template itself. */
import { printable } from '../../util/printable.ts';

class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Html = Markup;

export const nothing = new Markup('');

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function written(value: string | number | Html | readonly Html[]): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return value.map(({ text }) => text).join('');
  return printable(value).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** Values may stand in text and in attributes between double quotes; nowhere else. */
export function html(
  texts: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html {
  let text = texts[0] ?? '';
  for (const [at, value] of values.entries()) text += written(value) + (texts[at + 1] ?? '');
  return new Markup(text);
}

/** Text of ours that is no HTML: a style sheet. */
export function verbatim(text: string): Html {
  return new Markup(text);
}
