/** A diagnosis: the state of the host, one attempt that is watched on its way, and what both mean. */
import { type Aftermath, gotThrough } from '../diagnose/aftermath.ts';
import { askings } from '../diagnose/asking.ts';
import { diagnose } from '../diagnose/diagnose.ts';
import { type From, fromEnd, parseFrom, parseTarget, type Target } from '../diagnose/ends.ts';
import type { ProbeResult, SeenPacket } from '../diagnose/evidence.ts';
import type { Diagnosis, DiagnosisEnd } from '../diagnose/model.ts';
import { otherAddress, withOther } from '../diagnose/other-family.ts';
import { type Resolution, resolveTarget } from '../diagnose/resolve.ts';
import { endText, Scene } from '../diagnose/scene.ts';
import { findWays, type Ways } from '../diagnose/state.ts';
import { askResolver, lookAgain, probe, stoppedProcesses, type Watching } from './diagnosis-probe.ts';
import { type HostState, loadHostState } from './host-state.ts';

export interface DiagnosisRequest {
  readonly from: string;
  readonly to: string;
  /** Nothing is sent and nothing captured. */
  readonly passive: boolean;
  /** Seconds to watch the traffic of a client outside. */
  readonly wait: number;
}

export interface DiagnosisOptions extends DiagnosisRequest {
  readonly read?: readonly string[];
  readonly dockerHost?: string;
}

/** How far a diagnosis is: first the way as the host's state has it, then the packets of the attempt on it. */
export interface DiagnosisProgress {
  readonly way: Diagnosis;
  readonly seen: readonly SeenPacket[];
}

export interface DiagnosisWatch {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DiagnosisProgress) => void;
}

/** What a diagnosis works on. */
interface Subject {
  readonly host: HostState;
  /** The host is this one, so that an attempt can be made. */
  readonly live: boolean;
  /** Packets of the two ends that were captured before, for a diagnosis that makes none. */
  readonly captured?: (scene: Scene, ways: Ways) => readonly SeenPacket[];
}

/** @throws NetscopeError: usage for ends that are not there, unreadable, privilege. */
export async function runDiagnosis(options: DiagnosisOptions): Promise<Diagnosis> {
  if (options.read === undefined)
    return diagnoseHost({ host: await loadHostState(options), live: true }, options, {});
  const { openReplay } = await import('./replay.ts');
  const source = { files: options.read, rules: [], filter: '', numeric: false, keepPackets: true };
  const session = await openReplay(source);
  try {
    await session.ended;
    return await session.diagnose(options, {});
  } finally {
    await session.close();
  }
}

/** @throws NetscopeError (usage) for ends that are not there; AbortError. */
export async function diagnoseHost(
  subject: Subject,
  request: DiagnosisRequest,
  watch: DiagnosisWatch,
): Promise<Diagnosis> {
  const { host } = subject;
  const scene = new Scene(host.snapshot, host.lookup);
  const from = parseFrom(request.from, scene);
  const target = parseTarget(request.to);
  const { diagnosis, other } = await diagnoseTarget({ scene, from, target, request }, subject, watch);
  if (other === null) return diagnosis;
  const asked = { ...request, to: endText(other, target.port), passive: true };
  const ends = { scene, from, target: { ...target, name: other }, request: asked };
  return withOther(diagnosis, (await diagnoseTarget(ends, { live: false }, {})).diagnosis, other);
}

interface Ends {
  readonly scene: Scene;
  readonly from: From;
  readonly target: Target;
  readonly request: DiagnosisRequest;
}

interface Judged {
  readonly diagnosis: Diagnosis;
  /** The address of the other family that the name stands for. */
  readonly other: string | null;
}

async function diagnoseTarget(
  { scene, from, target, request }: Ends,
  { live, captured }: Omit<Subject, 'host'>,
  { signal, onProgress }: DiagnosisWatch,
): Promise<Judged> {
  const probes = live && !request.passive;
  const first = resolveTarget(scene, from, target, null);
  const answer = probes ? await askResolver(from, target, first, signal) : null;
  const resolution = answer === null ? first : resolveTarget(scene, from, target, answer);
  const ways = findWays(scene, from, target, resolution);
  const judged = (watched: Watched, aftermath: Aftermath | null): Diagnosis =>
    diagnose({
      scene,
      from,
      fromEnd: fromEnd(request.from, from, scene),
      target,
      toEnd: toEnd(request.to, target, resolution, ways, scene),
      resolution,
      ...ways,
      ...watched,
      aftermath,
      asking: askings(scene, from, resolution, aftermath),
      stopped: live ? stoppedProcesses(ways) : [],
    });
  const other = otherAddress(from, resolution);
  if (!probes)
    return { diagnosis: judged({ probe: null, seen: captured?.(scene, ways) ?? [] }, null), other };
  const watching: Watching = {
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined
      ? {}
      : { onPacket: tell(judged({ probe: null, seen: [] }, null), onProgress) }),
  };
  const watched = await probe({ scene, from, target, resolution, ways, wait: request.wait, watching });
  const failed = watched.probe !== null && !gotThrough(watched.probe);
  const aftermath = failed ? await lookAgain(scene, from, ways) : null;
  return { diagnosis: judged(watched, aftermath), other };
}

interface Watched {
  readonly probe: ProbeResult | null;
  readonly seen: readonly SeenPacket[];
}

function tell(
  way: Diagnosis,
  onProgress: (progress: DiagnosisProgress) => void,
): (seen: readonly SeenPacket[]) => void {
  onProgress({ way, seen: [] });
  return (seen) => onProgress({ way, seen });
}

function toEnd(
  given: string,
  target: Target,
  resolution: Resolution,
  ways: Ways,
  scene: Scene,
): DiagnosisEnd {
  const { address, container, namespace } = resolution;
  const reached = ways.service?.namespace ?? namespace;
  const owner =
    container ?? (reached === null || reached.host ? null : (scene.containersIn(reached)[0] ?? null));
  const own = container?.namespace === undefined ? reached : (scene.namespace(container.namespace) ?? null);
  return {
    given,
    kind:
      owner !== null
        ? 'container'
        : own?.host === true
          ? 'host'
          : own !== null
            ? 'namespace'
            : resolution.how === 'literal'
              ? 'address'
              : 'name',
    namespace: own === null ? null : scene.nameOf(own),
    container: owner?.name ?? null,
    address,
    port: target.port,
    protocol: target.protocol,
  };
}
