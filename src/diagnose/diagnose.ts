/** From the evidence to the answer. */
import { gotThrough, withCounts } from './aftermath.ts';
import { isRootOfAsking } from './asking.ts';
import { once } from './causes/cause.ts';
import { causes } from './causes/index.ts';
import { unexplained } from './causes/unexplained.ts';
import { inEngineWords } from './engine-words.ts';
import type { Evidence } from './evidence.ts';
import { ruleOfTrouble, withRules } from './met-rules.ts';
import {
  type Diagnosis,
  type DiagnosisHop,
  type DiagnosisRule,
  diagnosisSchemaName,
  type Finding,
} from './model.ts';
import { lastSeenAt, listPackets, ownPackets } from './packets.ts';
import { endText } from './scene.ts';
import { listenerText } from './service.ts';
import { ledElsewhere, lossOf, withSightings } from './sightings.ts';

/** Causes that stand although a connection could be opened. */
const despiteConnection: ReadonlySet<string> = new Set([
  'container-not-running',
  // The attempt was made with the address that netscope knows.
  'dns-default-bridge',
  'dns-embedded-broken',
  'dns-nxdomain',
  'dns-upstream-failing',
  'conntrack-stale',
  'mtu-black-hole',
  'db-access-denied',
  'db-too-many-connections',
  'tls-mismatch',
]);

/** Causes whose findings name a rule that may do it. */
const aboutRules: ReadonlySet<string> = new Set([
  'docker-user-drop',
  'user-rule-drop',
  'host-input-drop',
  'container-rule-drop',
  'backend-split',
  'forward-policy-drop',
]);

const severities = ['blocker', 'warning', 'info'];

export function diagnose(given: Evidence): Diagnosis {
  const { probe, scene, aftermath } = given;
  const through = gotThrough(probe);
  const evidence = { ...given, troubles: withCounts(given.troubles, probe, aftermath) };
  const judged = causes
    .flatMap((cause) => cause.find(evidence))
    .map((finding) => (through && !despiteConnection.has(finding.cause) ? disproved(finding) : finding));
  const roots = rootsOfNames(evidence);
  // What stops the queries is mended, and not the resolver behind it.
  const others = roots.length === 0 ? judged : judged.filter(({ cause }) => cause !== 'dns-embedded-broken');
  const known = withoutRepeats([...roots, ...others]).toSorted(
    (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity),
  );
  const all = isExplained(known) ? withLastSeen(once(known), evidence) : explained(known, evidence);
  const found = inEngineWords(all, evidence);
  const own = ownPackets(evidence);
  const methods: Diagnosis['methods'] = [
    'state',
    ...(probe === null ? [] : (['probe'] as const)),
    ...(evidence.seen.length > 0 ? (['capture'] as const) : []),
  ];
  return {
    schema: diagnosisSchemaName,
    host: { hostname: scene.snapshot.host.hostname, kernel: scene.snapshot.host.kernel },
    time: scene.snapshot.takenAt,
    from: evidence.fromEnd,
    to: evidence.toEnd,
    reachable: reachable(evidence, found, through),
    methods,
    path: path(evidence),
    probe:
      probe === null
        ? null
        : { outcome: probe.outcome, error: probe.error, milliseconds: probe.milliseconds },
    packets: listPackets(own),
    lastSeenAt: lastSeen(evidence, own),
    rules: rules(evidence),
    findings: found,
    beyond: beyond(evidence),
  };
}

/** A rule that is met on the way there and on the way back is one thing to mend. */
function withoutRepeats(findings: readonly Finding[]): readonly Finding[] {
  const key = ({ cause, fix }: Finding) => [cause, ...fix].join('\n');
  return findings.filter(
    (finding, at) =>
      finding.fix.length === 0 || findings.findIndex((one) => key(one) === key(finding)) === at,
  );
}

/** What stops the queries for the name, before what that leads to. */
function rootsOfNames({ asking }: Evidence): readonly Finding[] {
  return asking.flatMap((one) => causes.flatMap((cause) => cause.find(one)).filter(isRootOfAsking));
}

function isExplained(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'blocker');
}

/** The attempt failed, and nothing that is certain says why. */
function explained(known: readonly Finding[], evidence: Evidence): readonly Finding[] {
  const why = unexplained(evidence);
  const isLocatedOnly = why.every(({ confidence }) => confidence === 'possible');
  const [doubted, ...others] = known.filter(({ severity }) => severity === 'warning');
  // A rule that may do it, where no counter says whether it did, is likelier than one that nobody knows.
  if (why.length === 0 || !isLocatedOnly || doubted === undefined || !aboutRules.has(doubted.cause))
    return once([...why, ...known]);
  const located = { ...doubted, severity: 'blocker' as const };
  return withLastSeen([located, ...others, ...known.filter(({ severity }) => severity === 'info')], evidence);
}

/** Where the attempt's packets were lost, with the finding that explains it. */
function withLastSeen(findings: readonly Finding[], evidence: Evidence): readonly Finding[] {
  const [first, ...others] = findings;
  const loss = evidence.probe?.outcome === 'no-answer' ? lossOf(evidence) : null;
  if (loss === null || loss.what === 'silence' || first === undefined) return findings;
  const packet = { kind: 'packet', where: loss.where, text: loss.text } as const;
  return [{ ...first, evidence: [...first.evidence, packet] }, ...others];
}

/** The attempt got through: what the state seemed to say is no more than a remark. */
function disproved(finding: Finding): Finding {
  if (finding.severity !== 'blocker') return finding;
  return {
    ...finding,
    severity: 'info',
    confidence: 'possible',
    summary: `${finding.summary} The probe got through nevertheless.`,
  };
}

function reachable(evidence: Evidence, findings: readonly Finding[], through: boolean): boolean | null {
  if (findings.some(({ severity }) => severity === 'blocker')) return false;
  if (through) return true;
  const { probe, service, target, forward } = evidence;
  if (probe?.outcome === 'refused' || probe?.outcome === 'unreachable') return false;
  if (probe?.outcome === 'no-answer' && target.protocol === 'tcp') return false;
  const doubtful = findings.some(({ severity }) => severity === 'warning');
  const certain = forward.every(({ unknown }) => unknown.length === 0) && !doubtful;
  if (service?.state === 'listening' && certain) return true;
  const end = forward.at(-1)?.end;
  return end?.kind === 'delivered' && target.port === null && certain ? true : null;
}

function path(evidence: Evidence): readonly DiagnosisHop[] {
  const { resolution, forward, reply, service, scene } = evidence;
  const outside = { kind: 'end', direction: 'forward', namespace: null, interface: null } as const;
  const hops: DiagnosisHop[] = [nameHop(evidence)];
  for (const way of forward) {
    const open = hops.slice(1).every(({ status }) => status !== 'blocked');
    hops.push(...reached(way.hops, open).map((hop) => withSightings(hop, evidence)));
  }
  if (service !== null) {
    const ok = service.state === 'listening';
    const namespace = scene.nameOf(service.namespace);
    hops.push({
      kind: 'listener',
      direction: 'forward',
      namespace,
      interface: null,
      hop: `${namespace} ${service.protocol} ${service.port}`,
      what: 'listener',
      status: ok ? 'ok' : 'blocked',
      evidence: service.listener === null ? 'nothing listens there' : listenerText(service.listener),
    });
  }
  const end = forward.at(-1)?.end;
  if (end?.kind === 'stopped' || (resolution.address === null && forward.length === 0)) {
    hops.push({
      ...outside,
      hop: resolution.address === null ? evidence.toEnd.given : endText(resolution.address, resolution.port),
      what: 'destination',
      status: 'not-reached',
      evidence: '',
    });
  }
  if (end?.kind === 'beyond')
    hops.push({ ...outside, hop: 'beyond this host', what: end.why, status: 'unknown', evidence: '' });
  const passes = hops.every(({ status }) => status !== 'blocked');
  const back = reply === null ? [] : reached(reply.hops, passes);
  return [...hops, ...back.map((hop) => ({ ...hop, what: `back: ${hop.what}` }))];
}

/** Hops behind the first one that is blocked are where the packet would go. */
function reached(hops: readonly DiagnosisHop[], until: boolean): readonly DiagnosisHop[] {
  let open = until;
  return hops.map((hop) => {
    const shown = open || hop.status !== 'ok' ? hop : { ...hop, status: 'not-reached' as const };
    if (hop.status === 'blocked') open = false;
    return shown;
  });
}

function nameHop({ resolution, target }: Evidence): DiagnosisHop {
  const { name, how, address, trouble, answer, published } = resolution;
  const base = {
    kind: 'name',
    direction: 'forward',
    namespace: null,
    interface: null,
    hop: `name ${name}`,
  } as const;
  const servers = resolution.servers.length === 0 ? '' : ` (nameserver ${resolution.servers.join(', ')})`;
  const to = address === null ? 'no address' : endText(address, resolution.port ?? target.port);
  if (trouble !== null) {
    return {
      ...base,
      what: `resolution${servers}`,
      status: 'blocked',
      evidence: answer?.text ?? `${trouble.kind}; judged with ${to}`,
    };
  }
  if (address === null)
    return { ...base, what: `resolution${servers}`, status: 'unknown', evidence: 'asked of nobody' };
  const text = published === null ? to : `${to}, published for port ${target.port}`;
  return {
    ...base,
    what: how === 'literal' ? 'an address' : `by ${how}${servers}`,
    status: 'ok',
    evidence: text,
  };
}

function lastSeen({ forward, scene }: Evidence, own: Evidence['seen']): string | null {
  const places = forward.flatMap((way) =>
    way.places.map(({ namespace, link }) => `${scene.nameOf(namespace)}:${link.name}`),
  );
  const ports = forward.flatMap(({ visits }) =>
    visits.flatMap(({ before, after }) => [before.destinationPort, after.destinationPort]),
  );
  return lastSeenAt(own, places, new Set(ports));
}

function rules({ forward, reply, troubles }: Evidence): readonly DiagnosisRule[] {
  const ways = [...forward, ...(reply === null ? [] : [reply])];
  const stopping = troubles.flatMap((trouble) => (trouble.kind === 'rule' ? [ruleOfTrouble(trouble)] : []));
  return withRules(
    ways.flatMap((way) => way.rules),
    stopping,
  );
}

function beyond(evidence: Evidence): readonly string[] {
  const { forward, reply, scene } = evidence;
  const elsewhere = ledElsewhere(evidence);
  const ways = [...forward, ...(reply === null ? [] : [reply])];
  const unknown = ways.flatMap((way) => way.unknown);
  const ends = forward.flatMap(({ end }) =>
    end.kind === 'beyond'
      ? [`${end.why}: packets leave by ${scene.nameOf(end.namespace)}:${end.device}`]
      : [],
  );
  const other =
    elsewhere === null
      ? []
      : [`the way to ${elsewhere}, where a rule led the attempt: ask for that end itself`];
  return [...new Set([...other, ...ends, ...unknown])];
}
