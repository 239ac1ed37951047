/** The whole screen: header, the view of the place where the user is, footer. */
import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { Session } from '../session/model.ts';
import { ColumnsList } from './components/columns.tsx';
import { Footer } from './components/footer.tsx';
import { Header } from './components/header.tsx';
import { Help } from './components/help.tsx';
import { Log } from './components/log.tsx';
import { MarksList } from './components/marks.tsx';
import { Stream } from './components/stream.tsx';
import { TimeLine } from './components/time-line.tsx';
import { Tour } from './components/tour.tsx';
import { Walk } from './components/walk.tsx';
import { Way } from './components/way.tsx';
import { frameOf } from './controller.ts';
import { filterHints } from './filter.ts';
import { useStore } from './hooks/use-store.ts';
import type { Keymap } from './keymap.ts';
import { isTooSmall, smallest, timeRowsOf } from './layout.ts';
import { type Prompt, placeNow, type Ui } from './state/model.ts';
import type { Place } from './state/place.ts';
import type { Store } from './state/store.ts';
import type { Themes } from './theme.ts';
import type { FilterProblem, Frame, View, Views } from './views/view.ts';
import { packetProblem } from './what-if.ts';

export interface AppProps {
  readonly session: Session;
  readonly store: Store<Ui>;
  readonly views: Views;
  readonly themes: Themes;
  readonly keys: Keymap;
}

export function App({ session, store, views, themes, keys }: AppProps): ReactElement {
  const ui = useStore(store);
  if (isTooSmall(ui.columns, ui.rows)) return <TooSmall columns={ui.columns} rows={ui.rows} keys={keys} />;
  const theme = themes(ui.palette);
  const place = placeNow(ui);
  const view = views[place.view];
  const frame = frameOf(ui, session, { theme, keys });
  const timeRows = timeRowsOf(ui, session);
  const problem = problemOf(ui.prompt, view, place, frame);
  const hints =
    ui.prompt?.kind === 'filter' && view.hasFields ? filterHints(ui.prompt.text, ui.prompt.cursor) : [];
  return (
    <Box flexDirection="column" width={ui.columns} height={ui.rows}>
      <Header session={session} ui={ui} theme={theme} keys={keys} />
      <Box width={frame.width} height={frame.height}>
        {over(ui, session, frame) ?? view.draw(place, frame)}
        {floating(ui, frame)}
      </Box>
      {timeRows === 0 ? null : <TimeLine session={session} ui={ui} theme={theme} rows={timeRows} />}
      <Footer
        ui={ui}
        theme={theme}
        keys={keys}
        live={session.mode === 'live'}
        problem={problem}
        hints={hints}
      />
    </Box>
  );
}

/** What is wrong with what is being typed. */
function problemOf(prompt: Prompt | null, view: View, place: Place, frame: Frame): FilterProblem | null {
  if (prompt?.kind === 'filter') return view.filterProblem(prompt.text);
  if (prompt?.kind !== 'packet' || prompt.text.trim() === '') return null;
  return packetProblem(prompt.text, view.wayFrom?.(place, frame) ?? 'host', frame.data);
}

const tourNeeds = { columns: 70, rows: 15 } as const;

/** A small pane that lies over the view, which stays in sight. */
function floating({ overlay, marks, tour }: Ui, frame: Frame): ReactElement | null {
  const { width, height, theme, keys } = frame;
  const area = { width, height, theme };
  if (overlay?.kind === 'marks') return <MarksList marks={marks} mode={overlay.mode} {...area} />;
  if (overlay?.kind === 'columns')
    return <ColumnsList entries={overlay.entries} cursor={overlay.cursor} keys={keys} {...area} />;
  // On a small screen it would be all that there is.
  const room = width >= tourNeeds.columns && height >= tourNeeds.rows;
  return tour === null || !room ? null : <Tour step={tour} keys={keys} {...area} />;
}

/** Help, log, a drawing or a conversation over the view; null when none is open. */
function over(ui: Ui, session: Session, { data, width, height, theme, keys }: Frame): ReactElement | null {
  if (ui.overlay === null) return null;
  const { overlay } = ui;
  const area = { offset: overlay.offset, width, height, theme };
  switch (overlay.kind) {
    case 'help':
      return <Help view={placeNow(ui).view} keys={keys} {...area} />;
    case 'log':
      return <Log session={session} {...area} />;
    case 'way':
      return <Way topology={data.topology} namespace={overlay.namespace} {...area} />;
    case 'walk':
      return <Walk title={overlay.title} evaluation={overlay.evaluation} {...area} />;
    case 'marks':
    case 'columns':
      return null;
    case 'stream':
      return <Stream title={overlay.title} pieces={overlay.pieces} {...area} />;
  }
}

interface TooSmallProps {
  readonly columns: number;
  readonly rows: number;
  readonly keys: Keymap;
}

function TooSmall({ columns, rows, keys }: TooSmallProps): ReactElement {
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Text wrap="truncate-end">{`netscope needs ${smallest.columns}x${smallest.rows}`}</Text>
      <Text wrap="truncate-end">{`this is ${columns}x${rows}; ${keys.label('quit')} quits`}</Text>
    </Box>
  );
}
