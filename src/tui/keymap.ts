/** The one table of keys: what the keys do, the footer, and the help of every view are made from it. */

export const viewNames = ['topology', 'flows', 'packets', 'rules', 'problems', 'statistics'] as const;
/** A diagnosis has no key of its own: it is opened on what is selected. */
export type ViewName = (typeof viewNames)[number] | 'diagnose';

export type Action =
  | 'view-topology'
  | 'view-flows'
  | 'view-packets'
  | 'view-rules'
  | 'view-problems'
  | 'view-statistics'
  | 'next-pane'
  | 'previous-pane'
  | 'down'
  | 'up'
  | 'page-down'
  | 'page-up'
  | 'half-down'
  | 'half-up'
  | 'top'
  | 'bottom'
  | 'open'
  | 'shut'
  | 'in'
  | 'back'
  | 'to-flows'
  | 'to-packets'
  | 'to-rules'
  | 'to-topology'
  | 'filter'
  | 'clear-filter'
  | 'next-match'
  | 'previous-match'
  | 'sort'
  | 'sort-direction'
  | 'freeze'
  | 'follow'
  | 'stream'
  | 'what-if'
  | 'way'
  | 'diagnose'
  | 'again'
  | 'mark'
  | 'to-mark'
  | 'columns'
  | 'copy'
  | 'save'
  | 'command'
  | 'mouse'
  | 'redraw'
  | 'suspend'
  | 'help'
  | 'log'
  | 'quit'
  | 'time'
  | 'range-from'
  | 'range-to'
  | 'faster'
  | 'slower'
  | 'step'
  | 'step-back';

export type KeyGroup = 'Go' | 'Move' | 'Look' | 'Do' | 'Time' | 'Leave';

export interface Binding {
  readonly action: Action;
  readonly keys: readonly string[];
  readonly group: KeyGroup;
  /** One or two words for the footer. */
  readonly label: string;
  /** What it does, for the help; by view where it differs. */
  readonly help: string | (Partial<Record<ViewName, string>> & { readonly other: string });
  /** Views in which it does something; absent: all. */
  readonly views?: readonly ViewName[];
  /** Place in the footer, lowest first; absent: help only. */
  readonly footer?: number;
}

export const keymap: readonly Binding[] = [
  { action: 'view-topology', keys: ['1'], group: 'Go', label: 'Topology', help: 'Topology' },
  { action: 'view-flows', keys: ['2'], group: 'Go', label: 'Flows', help: 'Flows' },
  { action: 'view-packets', keys: ['3'], group: 'Go', label: 'Packets', help: 'Packets' },
  { action: 'view-rules', keys: ['4'], group: 'Go', label: 'Rules', help: 'Rules' },
  { action: 'view-problems', keys: ['5'], group: 'Go', label: 'Problems', help: 'Problems' },
  { action: 'view-statistics', keys: ['6'], group: 'Go', label: 'Statistics', help: 'Statistics' },
  {
    action: 'in',
    keys: ['enter'],
    group: 'Go',
    label: 'in',
    footer: 10,
    help: {
      topology: 'its flows',
      flows: 'its packets',
      packets: 'its fields; open or close a field',
      rules: 'connections that met the rule; open or close a chain',
      problems: 'its connections',
      statistics: 'its flows',
      diagnose: 'begins; later the link or the rules of the hop',
      other: 'in',
    },
  },
  { action: 'back', keys: ['escape'], group: 'Go', label: 'back', footer: 11, help: 'back the way you came' },
  {
    action: 'to-flows',
    keys: ['c'],
    group: 'Go',
    label: 'flows',
    footer: 20,
    views: ['topology', 'packets', 'rules', 'problems', 'statistics', 'diagnose'],
    help: 'connections of what is selected',
  },
  {
    action: 'to-packets',
    keys: ['p'],
    group: 'Go',
    label: 'packets',
    footer: 21,
    views: ['topology', 'flows', 'rules', 'problems', 'statistics', 'diagnose'],
    help: {
      diagnose: 'before it began: by the state alone; later packets of the hop',
      other: 'packets of what is selected',
    },
  },
  {
    action: 'to-rules',
    keys: ['r'],
    group: 'Go',
    label: 'rules',
    footer: 22,
    views: ['topology', 'flows', 'packets', 'problems', 'diagnose'],
    help: {
      problems: 'the rule that stops it, among those that it meets',
      other: 'rules that what is selected meets',
    },
  },
  {
    action: 'to-topology',
    keys: ['t'],
    group: 'Go',
    label: 'topology',
    footer: 23,
    views: ['flows', 'packets', 'rules', 'problems', 'diagnose'],
    help: 'where it is in the topology',
  },
  {
    action: 'next-pane',
    keys: ['tab'],
    group: 'Move',
    label: 'pane',
    footer: 40,
    help: { statistics: 'next section', other: 'next pane' },
  },
  {
    action: 'previous-pane',
    keys: ['shift-tab'],
    group: 'Move',
    label: 'pane',
    help: { statistics: 'previous section', other: 'previous pane' },
  },
  { action: 'down', keys: ['j', 'down'], group: 'Move', label: 'down', help: 'down' },
  { action: 'up', keys: ['k', 'up'], group: 'Move', label: 'up', help: 'up' },
  { action: 'open', keys: ['l', 'right'], group: 'Move', label: 'open', help: 'open what is closed' },
  {
    action: 'shut',
    keys: ['h', 'left'],
    group: 'Move',
    label: 'close',
    help: 'close it, or up to its parent',
  },
  { action: 'half-down', keys: ['ctrl-d'], group: 'Move', label: 'down', help: 'half a page down' },
  { action: 'half-up', keys: ['ctrl-u'], group: 'Move', label: 'up', help: 'half a page up' },
  { action: 'page-down', keys: ['page-down', 'ctrl-f'], group: 'Move', label: 'down', help: 'a page down' },
  { action: 'page-up', keys: ['page-up', 'ctrl-b'], group: 'Move', label: 'up', help: 'a page up' },
  { action: 'top', keys: ['g', 'home'], group: 'Move', label: 'top', help: 'first' },
  { action: 'bottom', keys: ['G', 'end'], group: 'Move', label: 'bottom', help: 'last' },
  {
    action: 'filter',
    keys: ['/'],
    group: 'Look',
    label: 'filter',
    footer: 30,
    views: viewNames,
    help: 'filter as you type: words, or a display filter',
  },
  {
    action: 'clear-filter',
    keys: ['backspace'],
    group: 'Look',
    label: 'no filter',
    views: viewNames,
    help: 'show everything again',
  },
  {
    action: 'next-match',
    keys: ['n'],
    group: 'Look',
    label: 'next',
    views: viewNames,
    help: 'next row like the last filter',
  },
  {
    action: 'previous-match',
    keys: ['N'],
    group: 'Look',
    label: 'previous',
    views: viewNames,
    help: 'previous row like the last filter',
  },
  {
    action: 'sort',
    keys: ['s'],
    group: 'Look',
    label: 'sort',
    footer: 31,
    views: ['flows', 'rules', 'problems', 'statistics'],
    help: 'sort by the next column',
  },
  {
    action: 'sort-direction',
    keys: ['S'],
    group: 'Look',
    label: 'direction',
    views: ['flows', 'rules', 'problems', 'statistics'],
    help: 'turn the order around',
  },
  {
    action: 'freeze',
    keys: ['space'],
    group: 'Look',
    label: 'freeze',
    footer: 32,
    help: 'hold the screen still; the capture goes on',
  },
  {
    action: 'follow',
    keys: ['f'],
    group: 'Look',
    label: 'follow',
    footer: 33,
    views: ['packets', 'flows'],
    help: 'stay at the newest',
  },
  {
    action: 'columns',
    keys: ['C'],
    group: 'Look',
    label: 'columns',
    help: 'choose the columns of the list',
  },
  {
    action: 'mark',
    keys: ['m'],
    group: 'Do',
    label: 'mark',
    help: 'mark this place with a letter',
  },
  { action: 'to-mark', keys: ["'"], group: 'Do', label: 'marks', help: 'list the marks and go to one' },
  {
    action: 'copy',
    keys: ['y'],
    group: 'Do',
    label: 'copy',
    help: {
      problems: 'copy the commands that mend it to the clipboard',
      diagnose: 'copy the fix to the clipboard',
      other: 'copy the selected row to the clipboard',
    },
  },
  { action: 'save', keys: ['w'], group: 'Do', label: 'save', help: 'write what is shown to a file, as text' },
  {
    action: 'command',
    keys: [':'],
    group: 'Do',
    label: 'command',
    footer: 50,
    help: 'a command, or the number of a packet',
  },
  { action: 'mouse', keys: ['M'], group: 'Do', label: 'mouse', help: 'mouse on or off, to select text' },
  { action: 'redraw', keys: ['ctrl-l'], group: 'Do', label: 'redraw', help: 'draw the screen anew' },
  { action: 'help', keys: ['?', 'f1'], group: 'Leave', label: 'help', footer: 90, help: 'this help' },
  {
    action: 'stream',
    keys: ['F'],
    group: 'Look',
    label: 'conversation',
    footer: 34,
    views: ['flows', 'packets'],
    help: 'the conversation: what both sides sent',
  },
  {
    action: 'way',
    keys: ['o'],
    group: 'Look',
    label: 'way out',
    footer: 24,
    views: ['topology'],
    help: 'the way from it to the outside, drawn',
  },
  {
    action: 'what-if',
    keys: ['e'],
    group: 'Look',
    label: 'what if',
    footer: 25,
    views: ['rules'],
    help: 'what if: type a packet, see its walk through the rules',
  },
  {
    action: 'diagnose',
    keys: ['d'],
    group: 'Look',
    label: 'diagnose',
    footer: 26,
    help: { diagnose: 'choose other ends', other: 'why one end cannot reach the other' },
  },
  {
    action: 'again',
    keys: ['a'],
    group: 'Do',
    label: 'again',
    footer: 12,
    views: ['diagnose'],
    help: 'diagnose again, with a new attempt',
  },
  {
    action: 'log',
    keys: ['L'],
    group: 'Look',
    label: 'log',
    help: 'warnings, what changed on the host, what interfaces captured',
  },
  {
    action: 'time',
    keys: ['T'],
    group: 'Time',
    label: 'time',
    footer: 45,
    help: 'to the time line and back: h l, g G move, n N go to the next mark, Space plays a file',
  },
  {
    action: 'range-from',
    keys: ['['],
    group: 'Time',
    label: 'from',
    help: 'what is shown begins at this moment',
  },
  {
    action: 'range-to',
    keys: [']'],
    group: 'Time',
    label: 'to',
    help: 'what is shown ends at this moment; Backspace on the time line shows all',
  },
  { action: 'step', keys: ['.'], group: 'Time', label: 'step', help: 'to the next packet' },
  { action: 'step-back', keys: [','], group: 'Time', label: 'step', help: 'to the packet before' },
  { action: 'faster', keys: ['+', '='], group: 'Time', label: 'faster', help: 'play faster' },
  { action: 'slower', keys: ['-'], group: 'Time', label: 'slower', help: 'play slower' },
  {
    action: 'suspend',
    keys: ['ctrl-z'],
    group: 'Leave',
    label: 'suspend',
    help: 'back to the shell; fg returns',
  },
  { action: 'quit', keys: ['q', 'ctrl-c'], group: 'Leave', label: 'quit', footer: 91, help: 'quit' },
];

/** The table with the keys that the user changed. */
export interface Keymap {
  readonly bindings: readonly Binding[];
  /** What `key` does in `view`; undefined where it does nothing. */
  actionOf(key: string, view: ViewName): Action | undefined;
  bindingsOf(view: ViewName): readonly Binding[];
  /** The first key of an action as people write it, for hints. */
  label(action: Action): string;
}

/** @param changed the keys of actions that are not those of the table. */
export function createKeymap(changed: Partial<Readonly<Record<Action, readonly string[]>>> = {}): Keymap {
  const bindings = keymap.map((binding) => {
    const keys = changed[binding.action];
    return keys === undefined ? binding : { ...binding, keys };
  });
  const byKey = new Map<string, Binding>();
  const byAction = new Map<Action, Binding>();
  for (const binding of bindings) {
    byAction.set(binding.action, binding);
    for (const key of binding.keys) byKey.set(key, binding);
  }
  return {
    bindings,
    actionOf(key, view) {
      const binding = byKey.get(key);
      return binding !== undefined && isIn(binding, view) ? binding.action : undefined;
    },
    bindingsOf: (view) => bindings.filter((binding) => isIn(binding, view)),
    label: (action) => keyLabel(byAction.get(action)?.keys[0] ?? '(no key)'),
  };
}

function isIn(binding: Binding, view: ViewName): boolean {
  return binding.views === undefined || binding.views.includes(view);
}

export function helpOf(binding: Binding, view: ViewName): string {
  return typeof binding.help === 'string' ? binding.help : (binding.help[view] ?? binding.help.other);
}

const shown: Readonly<Record<string, string>> = {
  enter: 'Enter',
  escape: 'Esc',
  tab: 'Tab',
  'shift-tab': 'Shift-Tab',
  space: 'Space',
  up: 'Up',
  down: 'Down',
  left: 'Left',
  right: 'Right',
  'page-up': 'PgUp',
  'page-down': 'PgDn',
  backspace: 'Backspace',
  home: 'Home',
  end: 'End',
  f1: 'F1',
};

/** A key as people write it: `Ctrl-D`, `PgUp`, `g`. */
export function keyLabel(key: string): string {
  if (key.startsWith('ctrl-')) return `Ctrl-${key.slice(5).toUpperCase()}`;
  return shown[key] ?? key;
}
