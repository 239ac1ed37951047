/** `netscope diagnose -r FILE` without FROM and TO: the problems in a capture, worst first. */
import type { ProblemReport, Session } from '../session/model.ts';
import { exitStatus } from '../util/errors.ts';
import { type CaptureOptions, wantsColor } from './options.ts';
import { Output } from './output.ts';
import { createPaint } from './paint.ts';
import { problemsDocument } from './problems-document.ts';
import { problemsMarkdown } from './problems-markdown.ts';
import { problemLines } from './problems-text.ts';
import { finishOnSignal, openSession, printWarnings } from './session.ts';

interface Format {
  readonly json?: boolean;
  readonly markdown?: boolean;
}

/** @throws NetscopeError (unreadable). */
export async function diagnoseCapture(
  files: readonly string[],
  options: CaptureOptions & Format,
): Promise<void> {
  const session = await openSession([], { ...options, read: files }, { keepPackets: true });
  try {
    await finishOnSignal(session);
    const { problems } = await settledProblems(session);
    const output = new Output();
    if (options.json === true) await output.json(problemsDocument(session, problems));
    else if (options.markdown === true) await output.lines(problemsMarkdown(session.title, problems));
    else {
      const paint = createPaint(wantsColor(options.color));
      if (problems.length === 0)
        await output.line('No problem was found in the connections of this capture.');
      for (const [at, problem] of problems.entries()) {
        if (at > 0) await output.line('');
        await output.lines(problemLines(problem, at + 1, paint));
      }
    }
    await output.flush();
    if (options.json !== true) printWarnings(session);
    if (problems.some(({ severity }) => severity === 'blocker')) process.exitCode = exitStatus.blocked;
  } finally {
    await session.close();
  }
}

/** The problems of a session that has ended, once all that is known of its host was asked about them. */
export async function settledProblems(session: Pick<Session, 'problems'>): Promise<ProblemReport> {
  for (;;) {
    const report = session.problems();
    if (report.settled) return report;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
