import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childrenOf, namespacesOf, processesIn } from './host/processes.ts';
import { type LabHost, startHost, whyNoLab } from './host.ts';

const skip = whyNoLab();

describe.skipIf(skip !== undefined)(`the lab host${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
  let host: LabHost;
  beforeAll(async () => {
    host = await startHost({ scenario: 'standard' });
  });
  afterAll(() => host.remove());

  const wget = (url: string) => ['timeout', '5', 'busybox', 'wget', '-q', '-O', '-', url];

  it('shares no namespace with the machine but its users and time', () => {
    const kinds = namespacesOf(host.pid).map((link) => link.replace(/:.*/, ''));
    expect([...new Set(kinds)].sort()).toEqual(['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts']);
  });

  it('translates the published port for a client from outside', async () => {
    expect((await host.run(wget('http://203.0.113.10:8080/'), { outside: true })).stdout.trim()).toBe('web');
    const { stdout } = await host.run([
      'conntrack',
      '-L',
      '-p',
      'tcp',
      '--dport',
      '8080',
      '--src',
      '203.0.113.9',
    ]);
    expect(stdout).toMatch(
      /src=203\.0\.113\.9 dst=203\.0\.113\.10 .*dport=8080 src=172\.17\.0\.2 dst=203\.0\.113\.9/,
    );
  });

  it('masquerades a container and a namespace made by hand', async () => {
    for (const place of [{ container: 'api' }, { namespace: 'blue' }]) {
      expect((await host.run(wget('http://198.51.100.7/'), place)).stdout.trim()).toBe('outside');
    }
    const { stdout } = await host.run(['iptables-save', '-c', '-t', 'nat']);
    expect(stdout).toMatch(/^\[[1-9]\d*:\d+\] -A POSTROUTING -s 172\.30\.0\.0\/24 .*MASQUERADE/m);
    expect(stdout).toMatch(/^\[[1-9]\d*:\d+\] -A POSTROUTING -s 10\.9\.0\.0\/24 .*MASQUERADE/m);
  });

  it('resolves names of the network and of the outside world in containers', async () => {
    const api = ['docker', 'exec', 'api'];
    expect((await host.run([...api, 'nslookup', '-type=a', 'db'])).stdout).toContain('172.30.0.2');
    expect((await host.run([...api, 'nslookup', '-type=a', 'far.example'])).stdout).toContain('198.51.100.7');
    expect((await host.attempt([...api, 'nslookup', '-type=a', 'nowhere.example'])).stdout).toContain(
      'NXDOMAIN',
    );
  });

  it('has a database that answers', async () => {
    expect((await host.run(['redis-cli', '-h', '172.30.0.2', 'ping'], { container: 'api' })).stdout).toBe(
      'PONG',
    );
  });

  it('reports the exit status and signals of programs, and runs them as nobody', async () => {
    expect((await host.attempt(['sh', '-c', 'exit 7'])).exitCode).toBe(7);
    expect((await host.run(['id', '-u'], { unprivileged: true })).stdout).toBe('65534');
    const sleeper = await host.spawn([
      'sh',
      '-c',
      'trap "exit 9" TERM; echo on; while :; do sleep 0.1; done',
    ]);
    await sleeper.until(/on/);
    sleeper.signal('SIGTERM');
    expect((await sleeper.result).exitCode).toBe(9);
  });
});

describe.skipIf(skip !== undefined)('lab hosts', () => {
  it('run two at once, each with its own rules, and leave nothing behind', async () => {
    const [one, two] = await Promise.all([startHost({ docker: false }), startHost({ backend: 'legacy' })]);
    await one.run(['iptables', '-A', 'INPUT', '-p', '99', '-j', 'DROP']);
    expect((await two.run(['iptables-save'])).stdout).not.toContain('-p 99');
    expect((await two.run(['iptables', '--version'])).stdout).toContain('legacy');
    await one.remove();
    expect((await two.run(['docker', 'version', '--format', '{{.Server.Version}}'])).stdout).toMatch(/^\d/);
    await two.remove();
    expect(childrenOf(process.pid, 'bash')).toEqual([]);
  });

  it('end with the process that started them, even if it is killed', async () => {
    const holder = execa('sleep', ['60'], { reject: false });
    const starter = execa('bash', [fileURLToPath(new URL('host/start.sh', import.meta.url))], {
      stdin: holder.stdout,
      reject: false,
      env: { LAB_DOCKER: 'no' },
    });
    await new Promise((resolve) => starter.stdout.once('data', resolve));
    const [world = 0] = childrenOf(childrenOf(starter.pid ?? 0, 'unshare')[0] ?? 0);
    const namespaces = namespacesOf(world);
    expect(processesIn(namespaces).length).toBeGreaterThan(2);
    holder.kill('SIGKILL');
    await starter;
    expect(processesIn(namespaces)).toEqual([]);
  });
});
