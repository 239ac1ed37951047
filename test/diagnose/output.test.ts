/** What people read: text and Markdown, with untrusted text in them. */
import { describe, expect, it } from 'vitest';
import { diagnosisMarkdown } from '../../src/cli/diagnose-markdown.ts';
import { diagnosisLines } from '../../src/cli/diagnose-text.ts';
import { createPaint } from '../../src/cli/paint.ts';
import { healthy, judge, rules } from './world.ts';

const rule =
  '-A DOCKER-USER -p tcp -m tcp --dport 3306 -m comment --comment "a $(id) | \u001b[31m*b*" -j DROP';

async function broken() {
  const snapshot = healthy();
  rules(snapshot, 'host', (text) =>
    text.replace('-A DOCKER-USER -j RETURN', `${rule}\n-A DOCKER-USER -j RETURN`),
  );
  return judge(snapshot, 'web', 'db:3306');
}

describe('the text of a diagnosis', () => {
  it('shows the way, the finding, its proof and the fix, and no control character of a rule', async () => {
    const text = [...diagnosisLines(await broken(), createPaint(false))].join('\n');
    expect(text).toContain('web to db:3306: NOT reachable');
    expect(text).toMatch(/BLOCKED {2}host {2}in by vethweb/);
    expect(text).toContain('1. docker-user-drop (blocker)');
    expect(text).toContain('fix    iptables -D DOCKER-USER 1');
    expect(text).not.toContain('\u001b');
  });

  it('names by its position, in a command, a rule whose text a shell would run', async () => {
    const { findings } = await broken();
    expect(findings[0]?.fix).toEqual(['iptables -D DOCKER-USER 1']);
  });

  it('keeps the text of rules from becoming Markdown', async () => {
    const text = [...diagnosisMarkdown(await broken())].join('\n');
    expect(text).toContain('### 1. docker-user-drop (blocker, certain)');
    expect(text).not.toContain('\u001b');
    const way = text.split('\n').filter((line) => line.startsWith('| '));
    // A cell separator in a rule would add a column.
    for (const line of way) expect(line.replaceAll('\\|', '').split('|')).toHaveLength(6);
  });

  it('says so when nothing is wrong, with what was looked at', async () => {
    const text = [...diagnosisLines(await judge(healthy(), 'web', 'db:3306'), createPaint(false))].join('\n');
    expect(text).toContain('web to db:3306: reachable');
    expect(text).toContain("Nothing wrong was found in the host's state");
  });
});
