/** The guided tour of `netscope demo`: a step at a time, each done when the user did what it says. */
import type { Keymap } from './keymap.ts';
import { placeNow, type Ui } from './state/model.ts';

export interface TourStep {
  text(keys: Keymap): string;
  done(ui: Ui): boolean;
}

/** What the recording that ships with netscope shows: `web` cannot reach `db`, because of a rule. */
export const tour: readonly TourStep[] = [
  {
    text: (keys) =>
      `This host was recorded while its container web could not reach its database. Press ${keys.label('view-flows')} for the connections.`,
    done: (ui) => placeNow(ui).view === 'flows',
  },
  {
    text: (keys) =>
      `What has a problem comes first. Press ${keys.label('filter')}, type 3306 and press Enter: only those with the database.`,
    done: (ui) => ui.prompt === null && placeNow(ui).filter.includes('3306'),
  },
  {
    text: (keys) =>
      `Unanswered: its packets came as far as the veth of web on the host, and no further. Press ${keys.label('to-rules')} for the rules that they met.`,
    done: (ui) => placeNow(ui).view === 'rules',
  },
  {
    text: (keys) =>
      `It drops them. The line of tabs shows the way you came. Press ${keys.label('to-packets')} for the packets that met the rule.`,
    done: (ui) => placeNow(ui).view === 'packets',
  },
  {
    text: (keys) =>
      `The list, the fields of a packet and its bytes. Press ${keys.label('next-pane')} to go from one to the next.`,
    done: (ui) => placeNow(ui).view === 'packets' && placeNow(ui).pane > 0,
  },
  {
    text: (keys) =>
      `Press ${keys.label('view-problems')} for all problems of the file: the cause of each, its proof and the command that mends it.`,
    done: (ui) => placeNow(ui).view === 'problems',
  },
  {
    text: (keys) =>
      `Now the host: press ${keys.label('view-topology')}, then ${keys.label('way')} to see how a packet would leave it.`,
    done: (ui) => ui.overlay?.kind === 'way',
  },
  {
    text: (keys) =>
      `That is the way around. ${keys.label('help')} lists the keys of each view, ${keys.label('command')} takes commands, ${keys.label('quit')} quits.`,
    done: () => false,
  },
];

/** The state with the steps behind it that are done. */
export function advanceTour(ui: Ui): Ui {
  const step = ui.tour === null ? undefined : tour[ui.tour];
  if (ui.tour === null || step === undefined || !step.done(ui)) return ui;
  return advanceTour({ ...ui, tour: ui.tour + 1 });
}
