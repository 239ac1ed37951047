/** Runs the diagnosis that the user asked for, one at a time, and ends it when the user leaves it. */
import type { DiagnosisProgress } from '../session/diagnosis.ts';
import type { Session } from '../session/model.ts';
import { messageOf } from '../util/errors.ts';
import type { Diagnosing, WholePair } from './state/diagnosing.ts';
import type { Ui } from './state/model.ts';
import type { Store } from './state/store.ts';

export interface DiagnosisRunner {
  /** What is shown until the first progress comes; that goes to the store, as all that follows. */
  start(pair: WholePair, passive: boolean): Diagnosing;
  /** Ends the attempt and its capture, if they are under way. */
  stop(): void;
  /** The same where no place of the way here shows it. */
  keep(ui: Ui): void;
}

/** Seconds to watch the traffic of a client outside. */
const wait = 5;
/** A busy port has thousands of packets: what is known is shown so often, in milliseconds. */
const pace = 100;

export function createRunner(session: Session, store: Store<Ui>): DiagnosisRunner {
  let running: AbortController | null = null;

  function show(own: AbortController, next: Diagnosing): void {
    if (running === own) store.set({ ...store.get(), diagnosing: next });
  }

  async function run(own: AbortController, base: Diagnosing): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let newest: DiagnosisProgress | null = null;
    const tell = () => {
      timer = undefined;
      show(own, { ...base, state: { kind: 'running', progress: newest } });
    };
    try {
      const request = { ...base.pair, passive: base.passive, wait };
      const diagnosis = await session.diagnose(request, {
        signal: own.signal,
        onProgress(progress) {
          newest = { ...progress, seen: [...progress.seen] };
          timer ??= setTimeout(tell, pace);
        },
      });
      show(own, { ...base, state: { kind: 'done', diagnosis } });
    } catch (error) {
      show(own, { ...base, state: { kind: 'failed', why: messageOf(error) } });
    } finally {
      clearTimeout(timer);
      if (running === own) running = null;
    }
  }

  function stop(): void {
    const own = running;
    running = null;
    own?.abort();
  }

  return {
    start(pair, passive) {
      stop();
      const own = new AbortController();
      running = own;
      const base: Diagnosing = { pair, passive, state: { kind: 'running', progress: null } };
      void run(own, base);
      return base;
    },
    stop,
    keep(ui) {
      const pair = ui.diagnosing?.pair;
      const isShown = ui.way.some(
        (place) => place.view === 'diagnose' && place.pair.from === pair?.from && place.pair.to === pair?.to,
      );
      if (!isShown && running !== null) {
        stop();
        store.set({ ...store.get(), diagnosing: null });
      }
    },
  };
}
