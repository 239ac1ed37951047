/** The ways out of a packet. */
import type { Action } from '../../keymap.ts';
import { placeOf, selecting } from '../../state/place.ts';
import { connectionKey, flowKey, indexReport } from '../flows/report.ts';
import { topologyAt } from '../topology/locate.ts';
import { type Effect, type Frame, into, nothing } from '../view.ts';
import { interfaceName, type PacketRow } from './rows.ts';

/** From a packet to its flow, its rules and the place where it was seen. */
export function actOnPacket(action: Action, row: PacketRow, frame: Frame): Effect {
  const { entry } = row;
  const { data } = frame;
  const index = indexReport(data.flows());
  const flow = index.flow(entry.innerFlow) ?? index.flow(entry.flow);
  const noFlow: Effect = { kind: 'say', text: 'this frame belongs to no flow' };
  switch (action) {
    case 'to-flows': {
      if (flow === undefined) return noFlow;
      const key = flow.connection > 0 ? connectionKey(flow.connection) : flowKey(flow.id);
      return into(selecting(placeOf('flows', `flow of ${entry.number}`), key));
    }
    case 'to-rules': {
      if (flow === undefined || flow.connection === 0) return noFlow;
      return into(
        placeOf('rules', `rules of ${entry.number}`, {
          kind: 'connections',
          ids: new Set([flow.connection]),
        }),
      );
    }
    case 'to-topology': {
      const seen = data.interfaces.find((candidate) => candidate.id === entry.interfaceId);
      const where =
        seen === undefined || seen.namespace === null
          ? null
          : { namespace: seen.namespace, name: seen.name, index: seen.index ?? 0 };
      const target = where === null || data.topology === null ? null : topologyAt(where, data.topology);
      return target === null
        ? { kind: 'say', text: `${interfaceName(data.interfaces, entry.interfaceId)} is not in the topology` }
        : into(target);
    }
    default:
      return nothing;
  }
}
