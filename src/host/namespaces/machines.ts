/** The virtual machine that a process of QEMU runs, by its command line (qemu-system(1), -name): libvirt's are named so too. */
import { readFileSync } from 'node:fs';
import type { ProcessState } from '../../snapshot/schema.ts';

/** Its name; undefined where none of the processes is QEMU, or it was given none. */
export function machineOf(holders: readonly ProcessState[]): string | undefined {
  for (const { pid } of holders) {
    try {
      const name = machineName(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      if (name !== undefined) return name;
    } catch {
      // It has ended.
    }
  }
  return undefined;
}

/** @param commandLine as /proc/PID/cmdline has it: arguments that end with NUL. */
export function machineName(commandLine: string): string | undefined {
  const [program = '', ...args] = commandLine.split('\0');
  if (!/(^|\/)(qemu|kvm)[^/]*$/.test(program)) return undefined;
  const at = args.indexOf('-name');
  // `guest=NAME,debug-threads=on` or `NAME,...`; a comma of the name itself is written twice.
  const value = /^(?:guest=)?((?:[^,]|,,)+)/.exec(at < 0 ? '' : (args[at + 1] ?? ''))?.[1];
  const isOption = value === undefined || /^(process|debug-threads)=/.test(value);
  return isOption ? undefined : value.replaceAll(',,', ',');
}
