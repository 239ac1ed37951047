/** `netscope diagnose --watch`: problems as they appear in live traffic, or in a recording. */
import { parseTarget } from '../diagnose/ends.ts';
import type { Problem, ProblemEnd, Session } from '../session/model.ts';
import { exitStatus } from '../util/errors.ts';
import { settledProblems } from './capture-problems.ts';
import { usageError } from './errors.ts';
import { type CaptureOptions, wantsColor } from './options.ts';
import { Output } from './output.ts';
import { createPaint } from './paint.ts';
import { problemObject } from './problems-document.ts';
import { problemLine } from './problems-text.ts';
import { finishOnSignal, openSession, printWarnings } from './session.ts';

interface WatchOptions extends CaptureOptions {
  readonly filter?: string;
  readonly ndjson?: boolean;
}

/** Milliseconds between two looks at what changed. */
const lookEvery = 250;

/** Exit status 1 if a blocker was seen. @throws NetscopeError: as `flows` does. */
export async function watchProblems(
  from: string | undefined,
  to: string | undefined,
  options: WatchOptions,
): Promise<void> {
  const accepts = between(from, to);
  const bpf = options.filter === undefined ? [] : [options.filter];
  const { filter: _, ...capture } = options;
  const session = await openSession(bpf, capture, { keepPackets: true });
  const output = new Output();
  const paint = createPaint(wantsColor(options.color));
  const told = new Map<number, string>();
  let blocked = false;

  async function tell(problems: readonly Problem[]): Promise<void> {
    for (const problem of problems) {
      if (!accepts(problem)) continue;
      const { id, cause, severity } = problem;
      const news = `${severity} ${cause}`;
      if (told.get(id) === news) continue;
      const event = told.has(id) ? 'changed' : 'new';
      told.set(id, news);
      blocked ||= severity === 'blocker';
      const fix = problem.fix.map((command) => `    fix: ${paint.good(command)}`);
      if (options.ndjson === true) await output.line(JSON.stringify({ event, ...problemObject(problem) }));
      else await output.lines([problemLine(problem, paint), ...fix]);
    }
    await output.flush();
  }

  if (options.ndjson !== true) process.stderr.write(`netscope: watching ${watched(session)}\n`);
  let telling = Promise.resolve();
  const timer = setInterval(() => {
    telling = telling.then(() => tell(session.problems().problems));
  }, lookEvery);
  try {
    await finishOnSignal(session);
    clearInterval(timer);
    await telling;
    await tell((await settledProblems(session)).problems);
    if (options.ndjson !== true) {
      printWarnings(session);
      if (told.size === 0) process.stderr.write('netscope: no problem was seen\n');
    }
  } finally {
    clearInterval(timer);
    await session.close();
  }
  if (blocked) process.exitCode = exitStatus.blocked;
}

function watched({ mode, title, interfaces }: Session): string {
  if (mode === 'replay') return title;
  const names = interfaces.map(({ namespace, name }) => (namespace === null ? name : `${namespace}:${name}`));
  const shown = names.slice(0, 6).join(', ');
  return `${shown}${names.length > 6 ? ` and ${names.length - 6} more` : ''}, until Ctrl-C`;
}

/** Whether a problem is one of FROM, to TO: names of containers, or addresses. */
function between(from: string | undefined, to: string | undefined): (problem: Problem) => boolean {
  const client = from?.replace(/^external:/, '').replace(/^\[(.*)\]$/, '$1');
  const target = to === undefined ? null : parseTarget(to);
  if (client?.trim() === '')
    throw usageError('diagnose --watch', 'FROM is empty', 'write a container or an address');
  return (problem) =>
    (client === undefined || isEnd(problem.from, client)) &&
    (target === null ||
      (isEnd(problem.to, target.name) && (target.port === null || target.port === problem.to.port)));
}

function isEnd({ address, container }: ProblemEnd, name: string): boolean {
  return container === name || address === name;
}
