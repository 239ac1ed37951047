/** Problems for people: a finding each, with who, how often and when. */
import type { Problem, ProblemEnd } from '../session/model.ts';
import { printable } from '../util/printable.ts';
import { findingLines } from './diagnose-text.ts';
import type { Paint } from './paint.ts';

export function* problemLines(problem: Problem, number: number, paint: Paint): Generator<string> {
  const [first = '', ...rest] = findingLines(problem, number, paint);
  yield `${first} ${paint.bold(endsText(problem))}`;
  yield* rest;
  yield `   ${paint.dim(`${howOften(problem)}; ${when(problem)}`)}`;
}

/** One line, for a list that grows. */
export function problemLine(problem: Problem, paint: Paint): string {
  const { severity, cause, confidence, summary } = problem;
  const colour = severity === 'blocker' ? paint.bad : severity === 'warning' ? paint.warn : paint.dim;
  const how = confidence === 'certain' ? '' : ', possible';
  const time = problem.lastSeen.slice(11, 23);
  return `${time} ${colour(`${severity} ${cause}${how}`)} ${paint.bold(endsText(problem))}: ${printable(summary)}`;
}

export function endsText({ from, to }: Problem): string {
  return printable(`${endText(from)} to ${endText(to)}`);
}

function endText({ address, container, port }: ProblemEnd): string {
  const name = container ?? (address.includes(':') && port !== null ? `[${address}]` : address);
  return port === null ? name : `${name}:${port}`;
}

export function howOften({ count, connections }: Problem): string {
  if (connections.length === 0) return `${count} requests`;
  const shown = connections.slice(-8).join(', ');
  return count === 1
    ? `connection ${shown}`
    : `${count} connections${count > 8 ? ', the last ones' : ''} ${shown}`;
}

export function when({ firstSeen, lastSeen }: Problem): string {
  return firstSeen === lastSeen ? firstSeen : `${firstSeen} to ${lastSeen}`;
}
