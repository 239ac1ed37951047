/** Commands in the words of the engine that the two ends belong to: Podman's are Docker's under another name. */
import { sourceContainer, targetContainer } from './causes/networks.ts';
import type { Evidence } from './evidence.ts';
import type { Finding } from './model.ts';

export function inEngineWords(findings: readonly Finding[], evidence: Evidence): readonly Finding[] {
  const ends = [sourceContainer(evidence), targetContainer(evidence)].filter((one) => one !== null);
  if (ends.length === 0 || ends.some(({ engine }) => engine !== 'podman')) return findings;
  return findings.map(({ link, ...finding }) => ({
    ...finding,
    fix: finding.fix.map((command) => command.replace(/^docker /, 'podman ')),
    ...(link === undefined || link.startsWith('https://docs.docker.com/') ? {} : { link }),
  }));
}
