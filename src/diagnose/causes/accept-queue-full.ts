/** The kernel drops SYNs because the server does not accept: its queue is full. */
import { isQueueFull, listenerText } from '../service.ts';
import { blocker, type Cause, fromName } from './cause.ts';

export const acceptQueueFull: Cause = {
  id: 'accept-queue-full',
  find: (evidence) => {
    const { service, scene } = evidence;
    const listener = service?.listener;
    if (service == null || listener == null || service.state !== 'listening' || service.protocol !== 'tcp')
      return [];
    if (!isQueueFull(service)) return [];
    const { receiveQueue = 0, sendQueue = 0 } = listener;
    const where = scene.nameOf(service.namespace);
    const [process] = listener.processes;
    const overflows = service.namespace.counters['TcpExt.ListenOverflows'];
    return [
      blocker({
        cause: 'accept-queue-full',
        summary: `The accept queue of ${where} port ${service.port} is full (${receiveQueue} connections wait, the limit is ${sendQueue}): ${process?.command ?? 'the server'} does not accept, and SYNs of ${fromName(evidence)} are dropped.`,
        evidence: [
          {
            kind: 'socket',
            where,
            text: `${listenerText(listener)}: Recv-Q ${receiveQueue}, Send-Q ${sendQueue}`,
          },
          ...(overflows === undefined
            ? []
            : [{ kind: 'socket' as const, where, text: `TcpExt ListenOverflows: ${overflows}` }]),
        ],
        fix: process === undefined ? [] : [`kill -CONT ${process.pid}`],
      }),
    ];
  },
};
