import type { CaptureInterface } from '../../capture-file/model.ts';
import type { CaptureRequest } from './model.ts';

/** The capture's interface for target number `at`: named `NS/IFACE`, as in recordings. */
export function describeInterface(request: CaptureRequest, at: number, linkType: number): CaptureInterface {
  const target = request.targets[at];
  if (target === undefined) throw new RangeError(`no target ${at}`);
  return {
    id: (request.firstInterfaceId ?? 0) + at,
    name: `${target.namespaceName}/${target.interface}`,
    description: null,
    linkType,
    fcsLength: 0,
    snapLength: request.snaplen,
    section: 0,
    received: null,
    dropped: null,
  };
}
