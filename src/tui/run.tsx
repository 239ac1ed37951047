/**
 * Runs the TUI over a session. Ink lays the screen out and renders whole frames in memory; the terminal, its
 * input and what of a frame is written are ours (terminal.ts, screen.ts).
 */
import { Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { render } from 'ink';
import type { Session } from '../session/model.ts';
import { messageOf } from '../util/errors.ts';
import { App } from './app.tsx';
import { copyInTmux, copySequence } from './clipboard.ts';
import { SurfaceContext } from './components/painted.tsx';
import { createController } from './controller.ts';
import { createRunner } from './diagnosing.ts';
import { suspend, watchEndings } from './ending.ts';
import { createKeymap, type Keymap, type ViewName } from './keymap.ts';
import type { PaletteName } from './palettes.ts';
import type { ColumnChoice } from './state/columns.ts';
import { say, startingUi, type Ui } from './state/model.ts';
import { createStore, type Store } from './state/store.ts';
import { extentOf, ticked } from './state/time.ts';
import { holdStray } from './stray.ts';
import { summaryOf } from './summary.ts';
import { createSurface } from './surface.ts';
import { openTerminal, sizeOf } from './terminal.ts';
import { colorDepthOf, createThemes, wantsAscii } from './theme.ts';
import { createDiagnoseView } from './views/diagnose/view.tsx';
import { createFlowsView } from './views/flows/view.tsx';
import { createPacketsView } from './views/packets/view.tsx';
import { createProblemsView } from './views/problems/view.tsx';
import { createRulesView } from './views/rules/view.tsx';
import { createStatisticsView } from './views/statistics/view.tsx';
import { recentEvents } from './views/topology/recent.ts';
import { createTopologyView } from './views/topology/view.tsx';
import type { Views } from './views/view.ts';

export interface TuiOptions {
  /** Where keys come from: the terminal itself while standard input is a capture. Default: standard input. */
  readonly input?: ReadStream;
  readonly color: boolean;
  /** Starts the session, once the first frame is shown; without it, it has been. What it throws ends the TUI. */
  readonly start?: () => Promise<void>;
  /** Default: on. `M` turns it off. */
  readonly mouse?: boolean;
  /** No characters beyond ASCII in what netscope draws itself. Default: what the terminal's environment says. */
  readonly ascii?: boolean;
  /** Frames per second at most for data that changes by itself; keys are always answered at once. Default 10. */
  readonly fps?: number;
  /** To begin with. Default: `default`, for dark and light backgrounds. Means nothing without colour. */
  readonly palette?: PaletteName;
  /** Default: the keys of the table. */
  readonly keys?: Keymap;
  /** Columns of the lists; default: each view's own. */
  readonly columns?: ColumnChoice;
  /** Keeps the columns of a view for other sessions; where, as people know it. Absent: they are not kept. */
  readonly saveColumns?: (view: ViewName, columns: readonly string[]) => Promise<string>;
  /** What was typed before, and what keeps what is typed now. Absent: neither. */
  readonly history?: { readonly lines: readonly string[]; keep(typed: readonly string[]): void };
  /** Show the way around, a step at a time. */
  readonly tour?: boolean;
  /** The view to start with. */
  readonly view?: ViewName;
}

/** How long a session may take to finish its files after a signal, in milliseconds. */
const closeLimit = 3000;
/** How often messages are looked at for being too old, in milliseconds. */
const messageCheck = 500;

/** Ink writes frames to what it takes for a terminal: `debug` makes it write each frame whole, at once. */
class FrameStream extends Writable {
  columns: number;
  readonly rows: number;
  readonly #onFrame: (frame: string) => void;

  constructor(columns: number, rows: number, onFrame: (frame: string) => void) {
    super({ decodeStrings: false });
    this.columns = columns;
    this.rows = rows;
    this.#onFrame = onFrame;
  }

  override _write(chunk: string, _encoding: BufferEncoding, done: () => void): void {
    if (chunk !== '') this.#onFrame(chunk);
    done();
  }
}

/**
 * Resolves after `q`, with the terminal as it was before and one line left on it; the session is closed then.
 * Rejects with whatever was thrown, after the same. A signal ends the process with 128 plus its number.
 */
export async function runTui(session: Session, options: TuiOptions): Promise<void> {
  const { stdout } = process;
  const stdin = options.input ?? process.stdin;
  const size = sizeOf(stdout);
  const withMouse = options.mouse ?? true;
  const themes = createThemes({
    depth: options.color ? colorDepthOf(process.env) : 'none',
    ascii: options.ascii ?? wantsAscii(process.env),
  });

  const keys = options.keys ?? createKeymap();

  let finish: () => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const over = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  const store = createStore<Ui>(
    startingUi(size.columns, size.rows, {
      mouse: withMouse,
      palette: options.palette ?? 'default',
      live: session.mode === 'live',
      view: options.view ?? 'topology',
      chosen: options.columns ?? {},
      tour: options.tour ?? false,
      past: options.history?.lines ?? [],
    }),
  );
  const tick = () => store.set({ ...store.get(), tick: store.get().tick + 1 });
  const views: Views = {
    topology: createTopologyView(),
    flows: createFlowsView(),
    packets: createPacketsView(tick),
    rules: createRulesView(),
    problems: createProblemsView(),
    statistics: createStatisticsView(),
    diagnose: createDiagnoseView(),
  };

  const runner = createRunner(session, store);

  const terminal = openTerminal(
    stdin,
    stdout,
    {
      input: (event) => control(event),
      resize() {
        frames.columns = terminal.columns;
        store.set({ ...store.get(), columns: terminal.columns, rows: terminal.rows });
      },
      gone: () => end(129),
    },
    withMouse,
  );
  const surface = createSurface();
  const frames = new FrameStream(size.columns, size.rows, (frame) => terminal.show(surface.compose(frame)));
  const control = createController({
    session,
    store,
    views,
    themes,
    keys,
    terminal: {
      redraw: () => terminal.redraw(),
      setMouse: (on) => terminal.setMouse(on),
      copy(text) {
        terminal.send(copySequence(text, process.env));
        copyInTmux(text, process.env);
      },
      suspend() {
        terminal.leave();
        resumed = suspend(() => terminal.enter());
      },
    },
    saveColumns: options.saveColumns ?? null,
    runner,
    quit: () => finish(),
  });

  let kept = 0;
  function keepHistory(): void {
    const { history } = store.get();
    options.history?.keep(history.slice(kept));
    kept = history.length;
  }

  /**
   * The process was told to end: the terminal first, then the files, but not for long; told twice, at once.
   * The signal handlers stay: without them Ink's own would let the signal kill the process on the spot.
   */
  function end(status: number): void {
    terminal.leave();
    resumed();
    keepHistory();
    if (ending) process.exit(status);
    ending = true;
    releaseStray();
    runner.stop();
    const late = setTimeout(() => process.exit(status), closeLimit);
    session
      .close()
      .catch(() => {})
      .finally(() => {
        clearTimeout(late);
        if (status !== 129) process.stdout.write(`${summaryOf(session)}\n`);
        process.exit(status);
      });
  }

  let ending = false;
  let resumed: () => void = () => {};
  const stopWatching = watchEndings({
    signal: end,
    failed: (error) => fail(error),
    continued() {
      resumed();
      if (ending) return;
      terminal.leave();
      terminal.enter();
    },
    exiting: () => terminal.leave(),
  });
  const stopListening = pace(session, 1000 / (options.fps ?? 10), tick);
  const stopPlaying = playTime(session, store, 1000 / (options.fps ?? 10));
  let marked = false;
  const messages = setInterval(() => {
    const { message } = store.get();
    if (message !== null && message.until < Date.now()) store.set({ ...store.get(), message: null });
    // Marks go away without anything else changing.
    const isMarked = recentEvents(session.events).length > 0;
    if (marked && !isMarked) tick();
    marked = isMarked;
  }, messageCheck);

  const screen = (
    <SurfaceContext value={surface}>
      <App session={session} store={store} views={views} themes={themes} keys={keys} />
    </SurfaceContext>
  );
  const releaseStray = holdStray();
  // A capture that failed is shown, with what it captured: the user decides when to leave.
  session.ended.catch((error: unknown) => {
    store.set(
      say(store.get(), `the capture ended: ${messageOf(error)}`, 'problem', Number.POSITIVE_INFINITY),
    );
  });
  terminal.enter();
  const ink = render(screen, {
    // Ink asks its streams for no more than FrameStream has.
    stdout: frames as unknown as NodeJS.WriteStream,
    stdin,
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  ink.waitUntilExit().catch((error: unknown) => fail(error));
  const { start } = options;
  // What is read of a host or a file keeps the thread busy: the frame is on its way first.
  if (start !== undefined) terminal.shown.then(start).then(tick, (error: unknown) => fail(error));

  try {
    await over;
  } finally {
    clearInterval(messages);
    resumed();
    stopListening();
    stopPlaying();
    runner.stop();
    terminal.leave();
    keepHistory();
    releaseStray();
    ink.unmount();
    stopWatching();
    await session.close();
  }
  process.stdout.write(`${summaryOf(session)}\n`);
}

/** Moves the time line on while it plays. */
function playTime(session: Session, store: Store<Ui>, interval: number): () => void {
  let timer: NodeJS.Timeout | undefined;
  let before = 0;
  const step = () => {
    const ui = store.get();
    const now = performance.now();
    const extent = extentOf(session);
    if (extent !== null) store.set({ ...ui, time: ticked(ui.time, (now - before) / 1000, extent) });
    before = now;
  };
  const follow = () => {
    const { playing } = store.get().time;
    if (playing && timer === undefined) {
      before = performance.now();
      timer = setInterval(step, interval);
    } else if (!playing) {
      clearInterval(timer);
      timer = undefined;
    }
  };
  const unsubscribe = store.subscribe(follow);
  return () => {
    unsubscribe();
    clearInterval(timer);
  };
}

/** Calls `show` when the session changed, at most once in `interval` milliseconds. */
function pace(session: Session, interval: number, show: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let shownAt = 0;
  const stop = session.onChange(() => {
    if (timer !== undefined) return;
    const wait = Math.max(0, shownAt + interval - Date.now());
    timer = setTimeout(() => {
      timer = undefined;
      shownAt = Date.now();
      show();
    }, wait);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}
