/**
 * Faults that the lab can make, by the ids of the catalogue of causes. Each says how it is made and how to prove by a
 * real attempt that it breaks something: `diagnose.lab.ts` makes that attempt before, while it is broken, and once it is mended.
 */
import type { HostOptions, LabHost } from '../host.ts';

export interface Fault {
  /** The id of the cause. */
  readonly cause: string;
  /** What was done, for the test's title. */
  readonly how: string;
  /** The arguments of `netscope diagnose`. */
  readonly from: string;
  readonly to: string;
  /** Default: the scenario `small`. */
  readonly host?: HostOptions;
  /** What has to be there before. */
  prepare?(host: LabHost): Promise<unknown>;
  /** Breaks what works until then; absent where nothing ever worked: isolation, a server on the wrong port. */
  break?(host: LabHost): Promise<unknown>;
  /** A real attempt to do what is broken: true when it works. */
  works(host: LabHost): Promise<boolean>;
  /** Repairs it, as a person would; absent where there is nothing to repair. */
  mend?(host: LabHost): Promise<unknown>;
}

/** A command line without quoting: words are separated by single blanks. */
export function sh(host: LabHost, command: string): Promise<unknown> {
  return host.run(command.split(' '));
}

/** Runs a shell script on the host. */
export function script(host: LabHost, text: string): Promise<unknown> {
  return host.run(['bash', '-euc', text]);
}

/** Runs a shell script in the world outside. */
export function outside(host: LabHost, text: string): Promise<unknown> {
  return host.run(['bash', '-euc', text], { outside: true });
}

/** `web` reads the greeting of `target`:`port`, with its own programs and resolver. */
export async function greets(
  host: LabHost,
  target: string,
  port = 3306,
  container = 'web',
): Promise<boolean> {
  const command = ['docker', 'exec', container, 'timeout', '3', 'nc', '-w', '2', target, String(port)];
  return (await host.attempt(command)).stdout.includes('hello');
}

/** `container` reads a page. */
export async function reads(host: LabHost, url: string, container = 'web'): Promise<boolean> {
  const command = ['docker', 'exec', container, 'timeout', '3', 'wget', '-q', '-O', '/dev/null', url];
  return (await host.attempt(command)).exitCode === 0;
}

/** A client outside, a named namespace or the host itself reads a page. */
export async function fetches(
  host: LabHost,
  url: string,
  place: { readonly outside?: boolean; readonly namespace?: string },
): Promise<boolean> {
  const command = ['timeout', '3', 'busybox', 'wget', '-q', '-O', '/dev/null', url];
  return (await host.attempt(command, place)).exitCode === 0;
}

export const published = 'http://203.0.113.10:8080/';
export const server = 'http://198.51.100.7/';

/** The process id of a container's init, for `nsenter -t`, in the words of a script on the host. */
export function pidOf(container: string): string {
  return `$(docker inspect --format '{{.State.Pid}}' ${container})`;
}

/** The host's end of a container's eth0, in the words of a script on the host. */
export function vethOf(container: string): string {
  return `$(ip -o link | sed -n "s/^$(nsenter -t ${pidOf(container)} -n -- ip -o link show eth0 | sed 's/.*@if\\([0-9]*\\):.*/\\1/'): \\([^@]*\\)@.*/\\1/p")`;
}
