/** The problems of a capture to paste in a ticket. */
import type { Problem } from '../session/model.ts';
import { findingMarkdown, plainText } from './diagnose-markdown.ts';
import { endsText, howOften, when } from './problems-text.ts';

export function* problemsMarkdown(title: string, problems: readonly Problem[]): Generator<string> {
  yield `## Problems in ${plainText(title)}: ${problems.length === 0 ? 'none found' : problems.length}`;
  for (const [at, problem] of problems.entries()) {
    yield* findingMarkdown(problem, at + 1);
    yield* ['', plainText(`${endsText(problem)}: ${howOften(problem)}; ${when(problem)}`)];
  }
}
