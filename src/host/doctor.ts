/** What this host and this user can do, and what to do about what they cannot. Nothing is changed to find out. */
import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { release } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../util/errors.ts';
import { libpcap } from './capture/libpcap.ts';
import { readConntrackSize } from './conntrack.ts';
import { readEngines } from './engines/read.ts';
import { koffi } from './ffi/library.ts';
import { NETLINK_ROUTE, NETLINK_SOCK_DIAG, NetlinkSocket } from './ffi/netlink.ts';
import { findNamespaces } from './namespaces/find.ts';
import { enterFound } from './namespaces/open.ts';
import { netfilterSocket } from './netfilter.ts';
import { readNftTables } from './rules/nft-tables.ts';
import { toolPath } from './rules/run.ts';

export interface Ability {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do where it is not ok; empty where nothing is needed. */
  readonly remedy: string;
}

export async function inspectAbilities(options: { readonly dockerHost?: string } = {}): Promise<Ability[]> {
  return [
    { what: 'kernel', ok: true, detail: `Linux ${release()}, Node ${process.version}`, remedy: '' },
    ...inspectPrivileges(),
    inspectFfi(),
    inspectLibpcap(),
    inspectCap(),
    await inspectNamespaces(),
    inspectKernel('rtnetlink', 'links, addresses and routes', () => new NetlinkSocket(NETLINK_ROUTE).close()),
    inspectKernel('sock_diag', 'listeners with their accept queues', () =>
      new NetlinkSocket(NETLINK_SOCK_DIAG).close(),
    ),
    inspectKernel('nf_tables', 'which namespaces have nft rules', () => {
      withSocket((socket) => readNftTables(socket));
    }),
    inspectKernel('ctnetlink', 'tracked connections and their translations', () => {
      withSocket((socket) => readConntrackSize(socket));
    }),
    ...tools.map(inspectTool),
    ...(await inspectEngines(options.dockerHost)),
  ];
}

/** linux/capability.h */
const capabilities: readonly (readonly [name: string, bit: number, use: string])[] = [
  ['CAP_NET_ADMIN', 12, 'read rules and tracked connections'],
  ['CAP_NET_RAW', 13, 'capture packets'],
  ['CAP_SYS_ADMIN', 21, 'enter other network namespaces'],
  ['CAP_SYS_PTRACE', 19, "see other users' namespaces and sockets"],
];

function inspectPrivileges(): Ability[] {
  const effective = effectiveCapabilities();
  return capabilities.map(([what, bit, use]) => {
    const ok = ((effective >> BigInt(bit)) & 1n) === 1n;
    return { what, ok, detail: `to ${use}`, remedy: ok ? '' : 'run netscope as root (sudo netscope)' };
  });
}

function effectiveCapabilities(): bigint {
  const status = readFileSync('/proc/thread-self/status', 'utf8');
  return BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
}

function inspectFfi(): Ability {
  return attempt(
    'koffi',
    'reinstall netscope with `npm ci` on this machine; without it only files can be read',
    () => `${koffi().version}, calls libc and libpcap without a compiler`,
  );
}

function inspectLibpcap(): Ability {
  return attempt('libpcap', 'install it: apt install libpcap0.8, dnf install libpcap, apk add libpcap', () =>
    libpcap().version(),
  );
}

function inspectCap(): Ability {
  return attempt(
    'cap',
    'not needed while libpcap loads; npm i cap (needs a compiler and libpcap-dev)',
    () => {
      createRequire(import.meta.url).resolve('cap');
      return 'the second capture backend, --backend cap';
    },
  );
}

async function inspectNamespaces(): Promise<Ability> {
  const what = 'network namespaces';
  try {
    const search = await findNamespaces(async () => undefined);
    try {
      const shut = search.namespaces.filter((found) => {
        try {
          enterFound(found, search.own, () => undefined);
          return false;
        } catch {
          return true;
        }
      });
      const total = search.namespaces.length;
      const ok = shut.length === 0 && (search.warnings.length === 0 || process.geteuid?.() === 0);
      return {
        what,
        ok,
        detail: `${total - shut.length} of ${total} found can be entered${search.warnings.map((text) => `; ${text}`).join('')}`,
        remedy: ok ? '' : 'run netscope as root (sudo netscope)',
      };
    } finally {
      search.release();
    }
  } catch (error) {
    return { what, ok: false, detail: messageOf(error), remedy: 'see the lines above' };
  }
}

function withSocket(ask: (socket: NetlinkSocket) => unknown): void {
  const socket = netfilterSocket();
  try {
    ask(socket);
  } finally {
    socket.close();
  }
}

function inspectKernel(what: string, use: string, ask: () => void): Ability {
  return attempt(what, 'run netscope as root, on a kernel that has it', () => {
    ask();
    return use;
  });
}

interface Tool {
  /** Any of these serves. */
  readonly programs: readonly string[];
  readonly use: string;
  readonly remedy: string;
}

const tools: readonly Tool[] = [
  {
    programs: ['iptables-nft-save', 'xtables-nft-multi'],
    use: 'to read the rules of iptables-nft',
    remedy: 'install iptables',
  },
  {
    programs: ['iptables-legacy-save', 'xtables-legacy-multi'],
    use: 'to read the rules of iptables-legacy',
    remedy: 'install iptables; only needed where legacy tables are in use',
  },
  {
    programs: ['nft'],
    use: 'to read native nftables rules, and for netscope trace',
    remedy: 'install nftables',
  },
  {
    programs: ['ipset'],
    use: 'to read the sets that rules match',
    remedy: 'install ipset; only needed with sets',
  },
  {
    programs: ['ipvsadm'],
    use: 'to read virtual services',
    remedy: 'install ipvsadm; only needed with IPVS',
  },
];

function inspectTool({ programs, use, remedy }: Tool): Ability {
  const found = programs.map(findProgram).find((path) => path !== undefined);
  const what = programs[0] ?? '';
  return found === undefined
    ? { what, ok: false, detail: `not found, ${use}`, remedy }
    : { what, ok: true, detail: `${found}, ${use}`, remedy: '' };
}

function findProgram(program: string): string | undefined {
  for (const folder of toolPath().split(':')) {
    const path = join(folder, program);
    try {
      if (folder === '') continue;
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not there.
    }
  }
  return undefined;
}

async function inspectEngines(dockerHost: string | undefined): Promise<Ability[]> {
  const what = 'container engine';
  const remedy = 'nothing to do on a host without one; else start it, or give --docker-host';
  try {
    const { states, warnings } = await readEngines(dockerHost);
    if (states.length === 0) {
      return [{ what, ok: false, detail: warnings[0] ?? 'no Docker or Podman socket answers', remedy }];
    }
    return states.map(({ engine: { kind, version, socket }, containers }) => ({
      what,
      ok: true,
      detail: `${kind} ${version} at ${socket}, ${containers.length} containers`,
      remedy: '',
    }));
  } catch (error) {
    return [{ what, ok: false, detail: messageOf(error), remedy }];
  }
}

function attempt(what: string, remedy: string, ask: () => string): Ability {
  try {
    return { what, ok: true, detail: ask(), remedy: '' };
  } catch (error) {
    return { what, ok: false, detail: messageOf(error), remedy };
  }
}
