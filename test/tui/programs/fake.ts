/** The TUI on the scripted session. Options come as JSON in FAKE; packets arrive ten times a second if it says so. */

import { runTui } from '../../../src/tui/run.tsx';
import { type FakeOptions, fakeSession } from '../fake-session.ts';

interface Script extends FakeOptions {
  /** Packets that arrive each tenth of a second. */
  readonly arriving?: number;
  readonly ascii?: boolean;
}

const script: Script = JSON.parse(process.env.FAKE ?? '{}');
const session = fakeSession(script);
if (script.arriving !== undefined) setInterval(() => session.arrive(script.arriving ?? 0), 100).unref();
const color = process.env.NO_COLOR === undefined;
await runTui(session, { color, ascii: script.ascii ?? false });
console.log(session.isClosed ? 'session closed' : 'session left open');
