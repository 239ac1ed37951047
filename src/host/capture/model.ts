/** Live capture: what is asked for, what comes back. */
import type { CaptureInterface, CaptureSink } from '../../capture-file/model.ts';

/** `libpcap`: in this process, through FFI. `cap`: the npm package of that name, in a child process. */
export type CaptureBackendName = 'libpcap' | 'cap';

/** An interface to capture on. */
export interface CaptureTarget {
  /** A path of its network namespace (`/run/netns/blue`, `/proc/12/ns/net`); null for netscope's own. */
  readonly namespacePath: string | null;
  /** What people call the namespace. */
  readonly namespaceName: string;
  /** Name in that namespace; `any` is libpcap's device of all interfaces, with Linux cooked v2 headers. */
  readonly interface: string;
  /** ifindex; null when not known. */
  readonly index: number | null;
}

export interface CaptureRequest {
  readonly targets: readonly CaptureTarget[];
  /** pcap-filter(7); empty for every packet. */
  readonly filter: string;
  /** Bytes of each packet that are kept. */
  readonly snaplen: number;
  readonly backend: CaptureBackendName;
  /** `CaptureInterface.id` of the first target; the others count up in their order. */
  readonly firstInterfaceId?: number;
}

/**
 * Gets the packets of all targets in the order of their kernel times. `interface` is called for each target
 * before `openCapture` returns, `statistics` when counts changed.
 */
export interface LiveSink extends CaptureSink {
  /** Capturing on this interface is over, before `stop`: `disappeared`. The others go on. */
  ended(interfaceId: number, why: string): void;
}

export interface LiveCapture {
  /** In the order of the targets. */
  readonly interfaces: readonly CaptureInterface[];
  /** What the backend cannot know, as text for people: "drops are not known (cap)". */
  readonly notes: readonly string[];
  /** Resolves when every interface has ended or `stop` is done. */
  readonly ended: Promise<void>;
  /** Delivers what came before the call and is still buffered, then frees everything. Safe to call twice. */
  stop(): Promise<void>;
}

/** A way to capture. */
export interface CaptureBackend {
  readonly name: CaptureBackendName;
  /**
   * Starts capturing on all targets, or on none.
   *
   * @throws NetscopeError: usage for a bad filter or an unknown interface, privilege, or missing.
   */
  open(request: CaptureRequest, sink: LiveSink): Promise<LiveCapture>;
}

/** Why a capture ended whose interface is gone. */
export const disappeared = 'the interface disappeared';

/** tcpdump's and libpcap's MAXIMUM_SNAPLEN, what `-s` is without being given. */
export const defaultSnaplen = 262_144;
