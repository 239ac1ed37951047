import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { pathInto } from '../../src/host/namespaces/doors.ts';
import { inNamespace } from '../../src/host/namespaces/enter.ts';
import { findNamespaces, type NamespaceSearch } from '../../src/host/namespaces/find.ts';
import { enterFound } from '../../src/host/namespaces/open.ts';
import { takeSnapshot } from '../../src/host/snapshot.ts';
import { watchDescriptors } from '../descriptors.ts';
import { describeWithTools } from './support.ts';

/** Names that the programs below print before they wait. */
const printId = "import os\nprint(os.readlink('/proc/thread-self/ns/net'), flush=True)";
const setns = `
import ctypes, os, sys, threading, socket, time
libc = ctypes.CDLL(None, use_errno=True)
def check(result):
    if result != 0: raise OSError(ctypes.get_errno())
NEWNET = 0x40000000
`;

/** Leaves its namespace for a new one and comes back, having kept something of the new one. */
const keepOnly = (what: string): string => `${setns}
home = os.open('/proc/thread-self/ns/net', os.O_RDONLY)
check(libc.unshare(NEWNET))
${printId}
kept = ${what}
check(libc.setns(home, NEWNET))
os.close(home)
print('ready', flush=True)
time.sleep(60)
`;

const inThread = `${setns}
def leave():
    check(libc.unshare(NEWNET))
    ${printId.replaceAll('\n', '\n    ')}
    print('ready', flush=True)
    time.sleep(60)
thread = threading.Thread(target=leave)
thread.start()
thread.join()
`;

/** A thread of its own, which keeps something of a new namespace and comes back; then the main thread goes on. */
const keptByThread = (before: string, main: string): string => `${setns}
NEWNS, FS, FILES, exit_thread = 0x20000, 0x200, 0x400, {'x86_64': 60, 'aarch64': 93}[os.uname().machine]
def keep():
    home = os.open('/proc/thread-self/ns/net', os.O_RDONLY)
    ${before}
    check(libc.unshare(NEWNET))
    print(os.readlink('/proc/thread-self/ns/net'), flush=True)
    if os.path.exists('/mnt/kept'):
        check(libc.mount(b'/proc/thread-self/ns/net', b'/mnt/kept', None, 4096, None))
    else:
        kept = os.open('/proc/thread-self/ns/net', os.O_RDONLY)
    check(libc.setns(home, NEWNET))
    os.close(home)
    print('ready', flush=True)
    time.sleep(60)
threading.Thread(target=keep).start()
${main}
`;

const privateMount = `check(libc.unshare(FS | NEWNS))
    check(libc.mount(b'none', b'/', None, 0x44000, None))
    check(libc.mount(b'tmpfs', b'/mnt', b'tmpfs', 0, None))
    open('/mnt/kept', 'w').close()`;

/** A mount namespace with a bind mount of a network namespace that nobody lives in. */
const mountElsewhere = `${setns}
import subprocess
home = os.open('/proc/thread-self/ns/net', os.O_RDONLY)
check(libc.unshare(0x00020000))
check(libc.mount(b'none', b'/', None, 0x44000, None))
check(libc.mount(b'tmpfs', b'/mnt', b'tmpfs', 0, None))
check(libc.unshare(NEWNET))
${printId}
os.mkdir('/mnt/netns')
open('/mnt/netns/with space', 'w').close()
check(libc.mount(b'/proc/thread-self/ns/net', b'/mnt/netns/with space', None, 4096, None))
check(libc.setns(home, NEWNET))
os.close(home)
print('ready', flush=True)
time.sleep(60)
`;

/** As `mountElsewhere`, in a mount namespace that has no process any more; `keep` is what is left of it. */
const mountWithoutProcess = (keep: string): string => `${setns}
# A mount namespace can be mounted in an older one only, and each processor counts their ages by itself (Linux 6.18).
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
check(libc.unshare(0x00020000))
check(libc.mount(b'none', b'/', None, 0x44000, None))
check(libc.mount(b'tmpfs', b'/mnt', b'tmpfs', 0, None))
open('/mnt/kept', 'w').close()
reading, writing = os.pipe()
child = os.fork()
if child == 0:
    check(libc.unshare(0x00020000))
    check(libc.mount(b'tmpfs', b'/mnt', b'tmpfs', 0, None))
    os.mkdir('/mnt/netns')
    open('/mnt/netns/hidden', 'w').close()
    check(libc.unshare(NEWNET))
    os.write(writing, os.readlink('/proc/thread-self/ns/net').encode())
    check(libc.mount(b'/proc/thread-self/ns/net', b'/mnt/netns/hidden', None, 4096, None))
    os.write(writing, b'.')
    time.sleep(60)
said = b''
while not said.endswith(b'.'): said += os.read(reading, 100)
path = f'/proc/{child}/ns/mnt'
${keep}
os.kill(child, 9)
os.waitpid(child, 0)
print(said[:-1].decode())
print('ready', flush=True)
time.sleep(60)
`;

/** Out of reach of the only process that is in that mount namespace. */
const mountOutsideOfRoot = `${mountElsewhere.slice(0, mountElsewhere.indexOf("print('ready'"))}
os.chroot('/usr')
print('ready', flush=True)
time.sleep(60)
`;

const mountCovered = `${mountElsewhere.slice(0, mountElsewhere.indexOf("print('ready'"))}
check(libc.mount(b'tmpfs', b'/mnt/netns', b'tmpfs', 0, None))
print('ready', flush=True)
time.sleep(60)
`;

/** undefined where a security module keeps PID 1 to itself. */
function namespaceOfInit(): string | undefined {
  try {
    return readlinkSync('/proc/1/ns/net');
  } catch {
    return undefined;
  }
}

describeWithTools(['python3'], 'findNamespaces', () => {
  const children: ChildProcess[] = [];
  const searches: NamespaceSearch[] = [];

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const search of searches.splice(0)) search.release();
  });

  /** Runs a program until it says that it is ready; returns the namespace that it printed. */
  async function hold(program: string): Promise<{ id: string; pid: number }> {
    const child = spawn('python3', ['-c', program], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let output = '';
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('ready')) resolve();
      });
      child.on('exit', () => reject(new Error(errors)));
    });
    return { id: output.split('\n')[0] ?? '', pid: child.pid ?? 0 };
  }

  async function search(): Promise<NamespaceSearch> {
    const result = await findNamespaces(async () => undefined);
    searches.push(result);
    return result;
  }

  async function found(id: string) {
    const result = await search();
    const entry = result.namespaces.find((namespace) => namespace.id === id);
    if (entry === undefined) throw new Error(`${id} was not found`);
    expect(enterFound(entry, result.own, () => readlinkSync('/proc/thread-self/ns/net'))).toBe(id);
    return entry;
  }

  it('finds one that only a thread lives in', async () => {
    const { id, pid } = await hold(inThread);
    const entry = await found(id);
    expect([...entry.sources]).toEqual(['thread']);
    expect(entry.processes.map((process) => process.pid)).toEqual([pid]);
  });

  it('finds one that only a descriptor holds', async () => {
    const { id, pid } = await hold(keepOnly("os.open('/proc/thread-self/ns/net', os.O_RDONLY)"));
    const entry = await found(id);
    expect([...entry.sources]).toEqual(['fd']);
    expect(entry.processes).toEqual([]);
    expect(entry.holders.map((process) => process.pid)).toEqual([pid]);
  });

  it.each([
    ['UDP', 'socket.socket(socket.AF_INET, socket.SOCK_DGRAM)'],
    ['unix', 'socket.socket(socket.AF_UNIX)'],
    ['netlink', 'socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)'],
    ['packet', 'socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)'],
    ['tun', "os.open('/dev/net/tun', os.O_RDWR)"],
  ])('finds one that only a %s socket holds', async (_, socket) => {
    const { id, pid } = await hold(keepOnly(socket));
    const entry = await found(id);
    expect([...entry.sources]).toEqual(['socket']);
    expect(entry.holders.map((process) => process.pid)).toEqual([pid]);
    // The same way back into it later, of which nothing stays open.
    const descriptors = watchDescriptors();
    const path = pathInto({ id, processes: [], holders: entry.holders, paths: [] });
    expect(inNamespace(path ?? '', () => readlinkSync('/proc/thread-self/ns/net'))).toBe(id);
    await expect.poll(descriptors.left).toEqual([]);
  });

  it.each([
    ['a thread with a table of descriptors of its own', 'check(libc.unshare(FILES))', 'time.sleep(60)', 'fd'],
    ['a process whose first thread has ended', 'pass', 'libc.syscall(exit_thread, 0)', 'fd'],
    ['a mount that only a thread sees', privateMount, 'time.sleep(60)', 'bind-mount'],
  ])('finds one that only %s holds', async (_, before, main, source) => {
    const { id } = await hold(keptByThread(before, main));
    const entry = await found(id);
    expect([...entry.sources]).toEqual([source]);
    if (source !== 'fd') return;
    const path = pathInto({ id, processes: [], holders: entry.holders, paths: [] });
    expect(inNamespace(path ?? '', () => readlinkSync('/proc/thread-self/ns/net'))).toBe(id);
  });

  it('finds one that only a bind mount in another mount namespace holds, and names it', async () => {
    const { id } = await hold(mountElsewhere);
    const entry = await found(id);
    expect([...entry.sources]).toEqual(['bind-mount']);
    expect([...entry.paths]).toEqual(['/mnt/netns/with space']);
    expect([...entry.names]).toEqual(['with space']);
  });

  it.each([
    ['a descriptor', mountWithoutProcess('kept = os.open(path, os.O_RDONLY)'), 'hidden'],
    [
      'a bind mount',
      mountWithoutProcess("check(libc.mount(path.encode(), b'/mnt/kept', None, 4096, None))"),
      'hidden',
    ],
    ['a process with another root', mountOutsideOfRoot, 'with space'],
  ])('finds one that is mounted in a mount namespace that only %s holds', async (_, program, name) => {
    const { id } = await hold(program);
    const place = () => [
      readlinkSync('/proc/thread-self/ns/mnt'),
      process.cwd(),
      readdirSync('.'),
      readdirSync('/'),
    ];
    const before = place();
    const entry = await found(id);
    expect(place()).toEqual(before);
    expect([...entry.sources]).toEqual(['bind-mount']);
    expect([...entry.paths]).toEqual([`/mnt/netns/${name}`]);
    expect([...entry.names]).toEqual([name]);
  });

  it('opens nothing in a mount namespace without processes that something else leads to', async () => {
    const keep = "kept = os.open(path, os.O_RDONLY)\nother = os.open(f'/proc/{child}/ns/net', os.O_RDONLY)";
    const { id, pid } = await hold(mountWithoutProcess(keep));
    const entry = await found(id);
    expect([...entry.sources]).toEqual(['fd', 'bind-mount']);
    expect([...entry.names]).toEqual(['hidden']);
    for (const door of entry.doors) expect(door).toMatch(new RegExp(`^/proc/${pid}/fd/`));
  });

  it('says of one whose only mount is covered that it cannot be entered', async () => {
    const { id } = await hold(mountCovered);
    const { namespaces } = await takeSnapshot({ without: new Set(['engines', 'rules', 'conntrack']) });
    expect(namespaces.find((namespace) => namespace.id === id)).toMatchObject({
      sources: ['bind-mount'],
      unreadable: ['something else is mounted on top of it'],
    });
  });

  it('finds every namespace once, and the host by PID 1', async () => {
    const { namespaces, host, own } = await search();
    const ids = namespaces.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const init = namespaceOfInit();
    if (init !== undefined) expect(host).toBe(init);
    expect(own).toBe(readlinkSync('/proc/thread-self/ns/net'));
    expect(ids).toContain(host);
  });

  it('knows which process holds a tap, also from another namespace', async () => {
    const { id, pid } = await hold(
      keepOnly(
        "os.open('/dev/net/tun', os.O_RDWR)\nimport fcntl, struct\nfcntl.ioctl(kept, 0x400454ca, struct.pack('16sH', b'tap7', 2))",
      ),
    );
    const { tuns } = await search();
    expect(tuns.get(`${id} tap7`)?.map((process) => process.pid)).toEqual([pid]);
  });

  it.each([
    ['a socket', keepOnly('socket.socket(socket.AF_UNIX)')],
    ['a tun device', keepOnly("os.open('/dev/net/tun', os.O_RDWR)")],
    ['a mount namespace without processes', mountWithoutProcess('kept = os.open(path, os.O_RDONLY)')],
  ])('lets go of everything that %s led to', async (_, program) => {
    const descriptors = watchDescriptors();
    const { id } = await hold(program);
    for (let round = 0; round < 3; round++) {
      const result = await findNamespaces(async () => undefined);
      expect(result.namespaces.some((namespace) => namespace.id === id)).toBe(true);
      result.release();
    }
    const child = children.pop();
    const gone = new Promise((done) => child?.once('close', done));
    child?.kill('SIGKILL');
    await gone;
    await expect.poll(descriptors.left).toEqual([]);
    const isThere = async () => (await search()).namespaces.some((namespace) => namespace.id === id);
    // The kernel takes a mount namespace apart a little after its last user has gone.
    await expect.poll(isThere, { timeout: 10_000 }).toBe(false);
  });

  it('does not count what netscope itself has open', async () => {
    const fd = openSync('/proc/self/ns/net', 'r');
    try {
      const { namespaces, own } = await search();
      const self = namespaces.find(({ id }) => id === own);
      expect(self?.holders.map(({ pid }) => pid)).not.toContain(process.pid);
    } finally {
      closeSync(fd);
    }
  });
});
