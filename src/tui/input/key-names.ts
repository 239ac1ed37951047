/** The names of keys, as the decoder gives them and the config file has them. */

const named = [
  ...['enter', 'escape', 'tab', 'shift-tab', 'backspace', 'space', 'insert', 'delete', 'home', 'end'],
  ...['up', 'down', 'left', 'right', 'page-up', 'page-down'],
  ...Array.from({ length: 12 }, (_, index) => `f${index + 1}`),
];
const modified = /^(?:shift|ctrl|alt)-(?:up|down|left|right|home|end|page-up|page-down|insert|delete|f\d+)$/;
/** A terminal sends the same for Ctrl-H, Ctrl-I, Ctrl-J and Ctrl-M as for Backspace, Tab and Enter. */
const control = /^ctrl-[a-gk-ln-z]$/;

/** Whether a terminal can send a key of this name. */
export function isKeyName(name: string): boolean {
  if (/^[^\s\p{C}]$/u.test(name)) return true;
  return named.includes(name) || modified.test(name) || control.test(name);
}
