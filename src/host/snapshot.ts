/**
 * The state of the whole host, whatever namespace netscope was started in: see `snapshot/schema.ts`.
 *
 * Reading is cheap and changes nothing: per namespace one setns(2), netlink dumps and some files of /proc; a
 * program is started only where the kernel says that there are rules to print.
 */
import { readFileSync } from 'node:fs';
import { hostname, release } from 'node:os';
import type { HostSnapshot, NamespaceState } from '../snapshot/schema.ts';
import { messageOf } from '../util/errors.ts';
import { type Engines, readEngines } from './engines/read.ts';
import { attachContainers } from './engines/sandboxes.ts';
import { findSilent } from './engines/silent.ts';
import { type NamespaceReading, readNamespace, type SnapshotPart } from './namespace-state.ts';
import { findNamespaces, type NamespaceSearch } from './namespaces/find.ts';
import { NamespaceHandles } from './namespaces/handles.ts';
import { enterFound } from './namespaces/open.ts';
import { resolveNsids } from './nsids.ts';
import { readSwitches, type SwitchReading } from './open-vswitch.ts';
import { mapLimited } from './pool.ts';
import { readInRootOf } from './process-files.ts';
import { dumpRules, holdsRules } from './rules/dump.ts';
import { run } from './rules/run.ts';

export interface SnapshotOptions {
  /** `--docker-host`. */
  readonly dockerHost?: string | undefined;
  readonly without?: ReadonlySet<SnapshotPart>;
  /** Ids of the only namespaces to read. */
  readonly only?: ReadonlySet<string>;
  /** The version of netscope, for the record. */
  readonly version?: string;
}

/** Rule dumps at a time. */
const parallel = 4;
/** The event loop goes on after so many ms at most. */
const slice = 12;

/**
 * @throws NetscopeError (missing) without koffi or libc, (usage) for an engine address that cannot be one.
 *   What this user may not read is a warning, not an error.
 */
export async function takeSnapshot(options: SnapshotOptions = {}): Promise<HostSnapshot> {
  const without = options.without ?? new Set();
  const takenAt = new Date().toISOString();
  const pause = sharer();
  const enginesRead = without.has('engines') ? noEngines : readEngines(options.dockerHost);
  // Awaited below; a throw before that must not be an unhandled rejection.
  enginesRead.catch(() => undefined);
  const switchesRead = without.has('engines') ? noSwitches : readSwitches();
  const search = await findNamespaces(pause);
  const handles = new NamespaceHandles(search.namespaces.length);
  const context = { search, without, handles, absent: new Set<string>() };
  try {
    const readings: NamespaceReading[] = [];
    for (const found of search.namespaces) {
      if (options.only?.has(found.id) === false) continue;
      const reading = readNamespace(found, context);
      if (reading !== undefined) readings.push(reading);
      await pause();
    }
    await resolveNsids(readings, search.own, handles, pause);
    handles.close();
    if (!without.has('rules')) await addRules(readings, search);
    if (!without.has('files')) addFiles(readings);
    const engines = await enginesRead;
    const switches = await switchesRead;
    const namespaces = readings.map(({ state }) => state);
    const listed = engines.states.flatMap(({ containers }) => containers);
    const answered = new Set(
      engines.states.map(({ engine }) => engine.kind).filter((kind) => kind !== 'podman'),
    );
    const ids = new Set(listed.map(({ id }) => id));
    const silent = without.has('engines') ? undefined : await findSilent(namespaces, answered, ids, pause);
    return {
      schema: 'netscope.snapshot/1',
      takenAt,
      netscope: options.version ?? '',
      host: { hostname: hostOf(), kernel: release(), engines: engines.states.map(({ engine }) => engine) },
      namespaces,
      containers: [
        ...engines.states.flatMap(({ containers, peer }) => attachContainers(containers, namespaces, peer)),
        ...(silent?.containers ?? []),
      ],
      networks: [...engines.states.flatMap(({ networks }) => networks), ...(silent?.networks ?? [])],
      ...(switches.bridges.length > 0 && { switches: switches.bridges }),
      warnings: [...search.warnings, ...engines.warnings, ...switches.warnings, ...unreadable(namespaces)],
    };
  } finally {
    handles.close();
    search.release();
  }
}

const noSwitches: Promise<SwitchReading> = Promise.resolve({ bridges: [], warnings: [] });
const noEngines: Promise<Engines> = Promise.resolve({ states: [], warnings: [] });

/** A pause that lets the event loop run once this turn has lasted long enough. */
function sharer(): () => Promise<void> {
  let started = performance.now();
  return async () => {
    if (performance.now() - started < slice) return;
    await new Promise((done) => setImmediate(done));
    started = performance.now();
  };
}

async function addRules(readings: readonly NamespaceReading[], search: NamespaceSearch): Promise<void> {
  const holders = readings.filter(({ holdings }) => holdings !== undefined && holdsRules(holdings));
  await mapLimited(holders, parallel, async ({ found, state, holdings }) => {
    if (holdings === undefined) return;
    const dumps = await dumpRules(holdings, (program, args) =>
      run(program, args, (work) => enterFound(found, search.own, work)),
    );
    state.rulesets = dumps.rulesets;
    if (dumps.ipsets !== undefined) state.ipsets = dumps.ipsets;
    if (dumps.ipvs !== undefined) state.ipvs = dumps.ipvs;
    state.unreadable.push(...dumps.notes);
  });
}

/** resolv.conf and hosts as the first process of each namespace has them. */
function addFiles(readings: readonly NamespaceReading[]): void {
  for (const { state } of readings) {
    const pid = state.processes[0]?.pid;
    if (pid === undefined) continue;
    const resolvConf = readInRootOf(pid, 'etc/resolv.conf');
    if (resolvConf !== undefined) state.resolvConf = resolvConf;
    const hosts = readInRootOf(pid, 'etc/hosts');
    if (hosts !== undefined) state.hosts = hosts;
  }
}

/** One line for all namespaces that could not be entered, and one for each other trouble. */
function unreadable(namespaces: readonly NamespaceState[]): string[] {
  const shut = namespaces.filter(({ unreadable: why, links }) => why.length > 0 && links.length === 0);
  const first = shut[0]?.unreadable[0];
  return first === undefined
    ? []
    : [`${shut.length} of ${namespaces.length} namespaces could not be read: ${first}`];
}

/** The host's name; os.hostname is that of this UTS namespace, which is another inside a container. */
function hostOf(): string {
  try {
    return readFileSync('/proc/sys/kernel/hostname', 'utf8').trim();
  } catch (error) {
    return hostname() || messageOf(error);
  }
}
