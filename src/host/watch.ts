/** Tells when the host has changed, so that it is read again then and not all the time. */
import { type FSWatcher, watch } from 'node:fs';
import { request } from 'node:http';
import { engineSockets } from './engines/addresses.ts';
import { type EngineAddress, engineOptions } from './engines/http.ts';
import { NETLINK_ROUTE, NetlinkSocket, SOL_NETLINK } from './ffi/netlink.ts';
import { inNamespace, ownNamespacePath } from './namespaces/enter.ts';

/**
 * RTMGRP_LINK, IPV4_IFADDR, IPV4_ROUTE, IPV4_RULE, IPV6_IFADDR, IPV6_ROUTE, IPV6_RULE and RTNLGRP_NSID (28). Not
 * neighbours: they change their state all the time on every host that is used.
 */
const groups = 0x1 | 0x10 | 0x40 | 0x80 | 0x100 | 0x400 | 0x4_0000 | 0x800_0000;
/** Events of every namespace that this one has an id for, too: of its veth peers. */
const NETLINK_LISTEN_ALL_NSID = 8;

const pollInterval = 200;
/** One `docker run` is some ten events within this many ms. */
const quietTime = 150;
/** A folder that is not there yet, or an engine that went away, is looked for again this often. */
const retryInterval = 3000;

const folders = ['/run/netns', '/run/docker/netns'];

export interface HostWatcher {
  /** Safe to call twice. */
  readonly stop: () => void;
}

export interface WatchOptions {
  readonly dockerHost?: string | undefined;
  /** Path of the namespace whose links are watched; the host's without one. */
  readonly namespace?: string;
}

/**
 * Calls `onChange` some 150 ms after links, addresses, routes, namespaces, containers or networks have changed. It
 * notices what it can: what nothing announces (a process that unshares its namespace) it does not.
 */
export function watchHost(options: WatchOptions, onChange: () => void): HostWatcher {
  let quiet: NodeJS.Timeout | undefined;
  const changed = (): void => {
    // The first change starts the time, so that a stream of changes is reported too.
    quiet ??= setTimeout(() => {
      quiet = undefined;
      onChange();
    }, quietTime);
    quiet.unref();
  };
  const stops = [
    watchLinks(options.namespace, changed),
    ...folders.map((folder) => watchFolder(folder, changed)),
    ...engineSockets(options.dockerHost).addresses.map((address) => watchEngine(address, changed)),
  ];
  return {
    stop: () => {
      clearTimeout(quiet);
      for (const stop of stops.splice(0)) stop();
    },
  };
}

function watchLinks(namespace: string | undefined, changed: () => void): () => void {
  const socket = openSocket(namespace === undefined ? ['/proc/1/ns/net', ownNamespacePath] : [namespace]);
  if (socket === undefined) return () => undefined;
  socket.option(SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, 1);
  const timer = setInterval(() => {
    let any = false;
    try {
      const overruns = socket.notifications(() => {
        any = true;
      });
      if (any || overruns > 0) changed();
    } catch {
      clearInterval(timer);
    }
  }, pollInterval);
  timer.unref();
  return () => {
    clearInterval(timer);
    socket.close();
  };
}

/** In the first of these that can be entered; netscope's own can be without privilege. */
function openSocket(paths: readonly string[]): NetlinkSocket | undefined {
  for (const path of paths) {
    try {
      const open = (): NetlinkSocket => new NetlinkSocket(NETLINK_ROUTE, groups);
      return path === ownNamespacePath ? open() : inNamespace(path, open);
    } catch {
      // The next one.
    }
  }
  return undefined;
}

function watchFolder(folder: string, changed: () => void): () => void {
  let watcher: FSWatcher | undefined;
  let retry: NodeJS.Timeout | undefined;
  let there = true;
  let stopped = false;
  const arm = (): void => {
    try {
      watcher = watch(folder, { persistent: false }, changed);
      // It has come to be since it was looked for.
      if (!there) changed();
      there = true;
      watcher.on('error', again);
    } catch {
      again();
    }
  };
  const again = (): void => {
    watcher?.close();
    watcher = undefined;
    there = false;
    if (stopped) return;
    retry = setTimeout(arm, retryInterval);
    retry.unref();
  };
  arm();
  return () => {
    stopped = true;
    clearTimeout(retry);
    watcher?.close();
  };
}

/** `GET /events` answers for as long as it is read: a line of JSON an event, of which only the coming matters. */
function watchEngine(address: EngineAddress, changed: () => void): () => void {
  const filters = encodeURIComponent(JSON.stringify({ type: ['container', 'network'] }));
  let stopped = false;
  let retry: NodeJS.Timeout | undefined;
  let outgoing: ReturnType<typeof request> | undefined;
  const again = (): void => {
    if (stopped || retry !== undefined) return;
    retry = setTimeout(connect, retryInterval);
    retry.unref();
  };
  const connect = (): void => {
    retry = undefined;
    outgoing = request(
      { ...engineOptions(address, `/events?filters=${filters}`), agent: false },
      (response) => {
        response.on('data', changed);
        response.on('error', again);
        response.on('close', again);
      },
    );
    outgoing.on('error', again);
    outgoing.on('socket', (socket) => socket.unref());
    outgoing.end();
  };
  connect();
  return () => {
    stopped = true;
    clearTimeout(retry);
    outgoing?.destroy();
  };
}
