/** Our fields against tshark's: same name, same octets, same value. */
import { dissect } from '../../src/packet/dissect.ts';
import type { Field } from '../../src/packet/model.ts';
import type { PdmlField } from './pdml.ts';

/** Names that are ours alone, or that tshark counts from the first packet of the stream. */
const ours =
  /^(frame|data|netscope|icmp\.quoted|dns\.(qry|resp)(\.entry)?$|dns\.data|resp\.|tcp\.options\.sack_|llc\.pid)/;

function shown(value: Field['value']): string {
  return typeof value === 'boolean' ? `${Number(value)}` : String(value);
}

function agrees(field: Field, theirs: PdmlField): boolean {
  if (field.value === null || theirs.show === '') return true;
  const text = shown(field.value);
  if (theirs.show.toLowerCase() === text.toLowerCase() || theirs.show.startsWith(text)) return true;
  if (typeof field.value === 'number') return Number(theirs.show) === field.value;
  // tshark escapes what is not printable, and cuts long values.
  return /[^ -~]|\.\.\./.test(text + theirs.show);
}

export interface Comparison {
  /** Fields that tshark has with the same octets and the same value. */
  readonly same: number;
  /** One line per field that tshark has elsewhere or with another value. */
  readonly different: readonly string[];
}

/** Fields that tshark does not name at all are left out: names are compared where both have them. */
export function compareFrame(
  frame: Uint8Array,
  linkType: number,
  wireLength: number,
  theirs: readonly PdmlField[],
): Comparison {
  const byName = new Map<string, PdmlField[]>();
  for (const field of theirs) byName.set(field.name, [...(byName.get(field.name) ?? []), field]);
  const different: string[] = [];
  let same = 0;
  const look = (field: Field): void => {
    const candidates = ours.test(field.name) ? undefined : byName.get(field.name);
    if (candidates !== undefined) {
      const there = candidates.filter(
        ({ offset, length }) => offset === field.offset && length === field.length,
      );
      if (there.some((one) => agrees(field, one))) same++;
      else {
        const list = (there.length > 0 ? there : candidates).map(
          ({ offset, length, show }) => `${offset}+${length} ${show}`,
        );
        different.push(
          `${field.name} ${field.offset}+${field.length} ${shown(field.value)}; tshark: ${list.join(' | ')}`,
        );
      }
    }
    field.children.forEach(look);
  };
  for (const layer of dissect(frame, { linkType, wireLength }).tree) layer.children.forEach(look);
  return { same, different };
}
