/**
 * Words of a rule as `iptables-restore` splits them (add_param_to_argv of xshared.c): blanks separate, double
 * quotes hold words together, a backslash inside them takes the next character as it is.
 */
export function splitWords(line: string): readonly string[] {
  // Most rules have no quote: then a plain split is the same.
  if (!line.includes('"')) return line.split(/[ \t]+/).filter((word) => word !== '');
  const words: string[] = [];
  let word = '';
  let started = false;
  let quoted = false;
  for (let index = 0; index < line.length; index++) {
    const character = line.charAt(index);
    if (quoted) {
      if (character === '\\' && index + 1 < line.length) word += line.charAt(++index);
      else if (character === '"') quoted = false;
      else word += character;
    } else if (character === '"') {
      quoted = true;
      started = true;
    } else if (character === ' ' || character === '\t') {
      if (started) words.push(word);
      word = '';
      started = false;
    } else {
      word += character;
      started = true;
    }
  }
  if (started) words.push(word);
  return words;
}
