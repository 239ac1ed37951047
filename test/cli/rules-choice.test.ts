/** What `rules list` lists, says and gives as JSON of rules that never matched or that no packet reaches. */
import { describe, expect, it } from 'vitest';
import { createPaint } from '../../src/cli/paint.ts';
import { chosenRules } from '../../src/cli/rules-choice.ts';
import { rulesDocument } from '../../src/cli/rules-document.ts';
import { ruleLines } from '../../src/cli/rules-text.ts';
import { fakeSession } from '../tui/fake-session.ts';

const session = fakeSession();
const report = session.rules();

function textOf(choice: { readonly unused?: boolean; readonly shadowed?: boolean }): readonly string[] {
  return [...ruleLines(chosenRules(report, choice), createPaint(false), 'none')].map((line) => line.trim());
}

describe('rules list', () => {
  it('names the rule that shadows another, and how fast a rule counts', () => {
    const lines = textOf({});
    expect(lines).toContain(
      '3          0  -A DOCKER-USER -p tcp -m tcp --dport 6379 -j DROP  never reached: rule 2 takes all that it matches',
    );
    expect(lines.find((line) => line.includes('--to-destination'))).toMatch(/ {2}1\.3\/s$/);
  });

  it('--unused lists rules whose counter is 0', () => {
    const rules = textOf({ unused: true }).filter((line) => line.includes('-A '));
    expect(rules.length).toBeGreaterThan(3);
    for (const rule of rules) expect(rule).toMatch(/^\d+ +0 /);
  });

  it('--shadowed lists rules that no packet reaches, with the chains that have them alone', () => {
    expect(textOf({ shadowed: true }).map((line) => line.split(/ {2,}/)[0])).toEqual([
      'host',
      'DOCKER-USER',
      '3',
    ]);
  });

  it('gives both as JSON', () => {
    const text = JSON.stringify(rulesDocument(session, chosenRules(report, { shadowed: true })));
    expect(text).toContain('"rate":null,"shadowedBy":2');
  });
});
