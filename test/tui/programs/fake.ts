/** The TUI on the scripted session. Options come as JSON in FAKE. */
import { runTui } from '../../../src/tui/run.tsx';
import { webRestarted, webStopped } from '../fake-host.ts';
import { type FakeOptions, fakeSession } from '../fake-session.ts';

type Fault = 'throw-later' | 'reject-later' | 'throw-in-draw' | 'exit-later' | 'print-later';

interface Script extends FakeOptions {
  /** Packets that arrive each tenth of a second. */
  readonly arriving?: number;
  readonly ascii?: boolean;
  /** The session starts never, or fails to. */
  readonly start?: 'never' | 'fails';
  /** What goes wrong, a third of a second after the start. */
  readonly fault?: Fault;
}

const script: Script = JSON.parse(process.env.FAKE ?? '{}');
const session = fakeSession(script);
const { arriving, fault } = script;
const starts = {
  never: () => new Promise<void>(() => {}),
  fails: () => Promise.reject(new Error('no such interface')),
};
if (arriving !== undefined) setInterval(() => session.arrive(arriving), 100).unref();
// Each SIGUSR2 is the next thing that happens to the host.
const happens = [webStopped, webRestarted];
process.on('SIGUSR2', () => {
  const next = happens.shift();
  if (next !== undefined) session.become(next);
});
if (fault !== undefined) setTimeout(() => fail(fault), 300);

function fail(kind: Fault): void {
  const error = new Error(`the ${kind} fault`);
  switch (kind) {
    case 'throw-later':
      throw error;
    case 'reject-later':
      Promise.reject(error);
      break;
    case 'throw-in-draw':
      session.totals = () => {
        throw error;
      };
      session.arrive(1);
      break;
    case 'exit-later':
      process.exit(3);
      break;
    case 'print-later':
      console.error('a stray line');
  }
}

try {
  await runTui(session, {
    color: process.env.NO_COLOR === undefined,
    ascii: script.ascii ?? false,
    ...(script.start === undefined ? {} : { start: starts[script.start] }),
  });
  console.log(session.isClosed ? 'session closed' : 'session left open');
} catch (error) {
  console.log(`failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 70;
}
