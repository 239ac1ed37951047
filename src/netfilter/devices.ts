/** Interface names in rules: `eth+` is a prefix, `+` alone any. */

/** Whether a device's name (empty for none) is the one that a rule names. */
export function deviceMatches(pattern: string, name: string): boolean {
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
