/** Traffic for the `standard` scenario: a published port from outside, and two ways out through MASQUERADE. */
import { setTimeout as delay } from 'node:timers/promises';
import type { RunOptions } from './host/run.ts';
import type { LabHost } from './host.ts';

/** Fetches `url`, once. */
export async function fetchUrl(host: LabHost, url: string, options: RunOptions): Promise<string> {
  const command = ['timeout', '5', 'busybox', 'wget', '-q', '-O', '-', url];
  return (await host.run(command, options)).stdout.trim();
}

/** One round: the outside client fetches web's page; api and blue fetch the far server's; api asks its database. */
export async function trafficRound(host: LabHost): Promise<void> {
  await fetchUrl(host, 'http://203.0.113.10:8080/', { outside: true });
  await fetchUrl(host, 'http://198.51.100.7/', { container: 'api' });
  await fetchUrl(host, 'http://198.51.100.7/', { namespace: 'blue' });
  await host.run(['redis-cli', '-h', '172.30.0.2', 'ping'], { container: 'api' });
}

/** Resolves when `count` captures run on the host, as /proc/net/packet counts their sockets; throws after 15 seconds. */
export async function capturing(host: LabHost, count: number): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    const { stdout } = await host.run(['cat', '/proc/net/packet']);
    if (stdout.split('\n').length - 1 >= count) return;
    await delay(100);
  }
  throw new Error(`no ${count} captures after 15 seconds`);
}
