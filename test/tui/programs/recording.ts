/** The TUI on a recording that ships with the package, named in RECORDING. */
import { openReplay } from '../../../src/session/replay.ts';
import { runTui } from '../../../src/tui/run.tsx';

const files = [process.env.RECORDING ?? ''];
const session = await openReplay({ files, rules: [], filter: '', numeric: false, keepPackets: true });
await runTui(session, { color: process.env.NO_COLOR === undefined });
