/** One libpcap handle on one interface of one namespace, ready to be polled. */
import { readFileSync } from 'node:fs';
import { exitStatus, NetscopeError } from '../../util/errors.ts';
import { enterTarget, NamespaceGoneError } from './enter-target.ts';
import { activateError, type Libpcap, type Pointer } from './libpcap.ts';
import type { CaptureTarget } from './model.ts';

export interface HandleOptions {
  readonly filter: string;
  readonly snaplen: number;
  /** Bytes of the kernel's ring. */
  readonly bufferLength: number;
  /** Milliseconds after which the kernel shows a block of the ring that is not full. */
  readonly timeout: number;
}

export interface OpenHandle {
  readonly handle: Pointer;
  readonly linkType: number;
  readonly nanoseconds: boolean;
}

/** The interface, or its namespace, does not exist (any more). */
export interface GoneHandle {
  readonly gone: NetscopeError;
}

/** The kernel does not let anybody capture on this interface now: it is down, or no packets pass it. */
export class RefusedInterface extends NetscopeError {
  readonly target: CaptureTarget;

  constructor(target: CaptureTarget, why: string) {
    super({
      tried: `capture on ${place(target)}`,
      why,
      todo: 'bring it up, or leave it out',
      status: exitStatus.missing,
    });
    this.target = target;
  }
}

/** Linux cooked v2 (LINKTYPE_LINUX_SLL2): says which interface, which v1 does not. */
const linuxSll2 = 276;

/**
 * Opens the interface without promiscuous mode, non-blocking, with the filter set.
 *
 * @throws NetscopeError: usage for a bad filter, privilege, missing.
 */
export function openHandle(
  pcap: Libpcap,
  target: CaptureTarget,
  options: HandleOptions,
): OpenHandle | GoneHandle {
  try {
    return enterTarget(target, () => openHere(pcap, target, options));
  } catch (error) {
    if (error instanceof NamespaceGoneError) return { gone: error };
    throw error;
  }
}

function openHere(pcap: Libpcap, target: CaptureTarget, options: HandleOptions): OpenHandle | GoneHandle {
  const handle = pcap.create(target.interface);
  if (typeof handle === 'string') throw captureError(target, handle);
  try {
    pcap.setSnaplen(handle, options.snaplen);
    pcap.setTimeout(handle, options.timeout);
    pcap.setBufferSize(handle, options.bufferLength);
    pcap.setNanoseconds(handle);
    const status = pcap.activate(handle);
    if (status === activateError.noSuchDevice) {
      pcap.close(handle);
      return { gone: unknownInterface(target) };
    }
    if (status < 0) throw activationError(pcap, handle, status, target);
    if (target.interface === 'any') pcap.setDataLink(handle, linuxSll2);
    pcap.setNonblocking(handle);
    const complaint = pcap.filter(handle, options.filter);
    if (complaint !== null) throw filterError(target, options.filter, complaint);
    return { handle, linkType: pcap.dataLink(handle), nanoseconds: pcap.isNanoseconds(handle) };
  } catch (error) {
    pcap.close(handle);
    throw error;
  }
}

function place(target: CaptureTarget): string {
  return `${target.interface} of namespace ${target.namespaceName}`;
}

function captureError(target: CaptureTarget, why: string): NetscopeError {
  return new NetscopeError({
    tried: `capture on ${place(target)}`,
    why,
    todo: 'see `netscope doctor` for what this host and this user can do',
    status: exitStatus.missing,
  });
}

function filterError(target: CaptureTarget, filter: string, why: string): NetscopeError {
  return new NetscopeError({
    tried: `use the filter "${filter}" on ${place(target)}`,
    why,
    todo: 'see pcap-filter(7) for the syntax',
    status: exitStatus.usage,
  });
}

function activationError(
  pcap: Libpcap,
  handle: Pointer,
  status: number,
  target: CaptureTarget,
): NetscopeError {
  const why = pcap.errorText(handle) || pcap.statusText(status);
  if (status === activateError.interfaceDown) return new RefusedInterface(target, why);
  if (status !== activateError.permissionDenied) return captureError(target, why);
  return new NetscopeError({
    tried: `capture on ${place(target)}`,
    why,
    todo: 'run netscope with sudo, or give it the capability CAP_NET_RAW (and CAP_SYS_ADMIN for other namespaces)',
    status: exitStatus.privilege,
  });
}

function unknownInterface(target: CaptureTarget): NetscopeError {
  const names = interfacesHere();
  return new NetscopeError({
    tried: `capture on ${place(target)}`,
    why: 'there is no interface of that name',
    todo:
      names.length > 0 ? `choose one of: ${names.join(', ')}` : 'see `netscope topology` for what there is',
    status: exitStatus.usage,
  });
}

/** Interfaces of the namespace that the calling thread is in. */
function interfacesHere(): string[] {
  // Two header lines, then `  name: counters`.
  const lines = readFileSync('/proc/thread-self/net/dev', 'utf8').split('\n').slice(2);
  return lines.map((line) => line.slice(0, line.indexOf(':')).trim()).filter((name) => name !== '');
}
