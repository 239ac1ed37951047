/** Which cause a blocking rule belongs to: whose it is, where it stands and what it is for. */

import { isNftTable, type RuleTable } from '../../netfilter/nftables/table.ts';
import type { NamespaceState } from '../../snapshot/schema.ts';
import { hasRules } from '../commands.ts';
import type { Evidence } from '../evidence.ts';
import { hasUnreadRules } from '../namespace-troubles.ts';
import type { Scene } from '../scene.ts';
import type { RulePlace } from '../trouble.ts';
import { type TroubleOf, troublesOf } from './cause.ts';

type RuleTrouble = TroubleOf<'rule'>;

export type RuleCause =
  | 'container-rule-drop'
  | 'backend-split'
  | 'network-isolation'
  | 'internal-network'
  | 'icc-disabled'
  | 'raw-direct-access-drop'
  | 'published-on-other-address'
  | 'rules-flushed'
  | 'bridge-nf-drop'
  | 'forward-policy-drop'
  | 'host-input-drop'
  | 'docker-user-drop'
  | 'user-rule-drop';

/** The troubles that rules make which belong to this cause. */
export function rulesOf(evidence: Evidence, cause: RuleCause): readonly RuleTrouble[] {
  return troublesOf(evidence, 'rule').filter((trouble) => classOf(evidence.scene, trouble) === cause);
}

const isolation =
  /^-A (?:DOCKER\S*) ! -i (\S+) -o (\S+) -j DROP$|^-A DOCKER-ISOLATION-STAGE-2 -o (\S+) -j DROP$/;
const internal = /^-A DOCKER\S* ! -(?:s|d) \S+ -(?:o|i) \S+ -j DROP$/;
const sameBridge = /^-A \S+ -i (\S+) -o (\S+) -j DROP$/;
const direct = /^-A PREROUTING -d (\S+?)(?:\/32|\/128)? ! -i (\S+) (?:.* )?-j DROP$/;

export function classOf(scene: Scene, trouble: RuleTrouble): RuleCause {
  const { rule, hook, bridged } = trouble;
  const namespace = scene.namespace(rule.namespaceId);
  if (namespace === undefined || !namespace.host) return 'container-rule-drop';
  if (rule.backend !== 'nftables') {
    const known = ofEngine(scene, trouble);
    if (known !== null) return known;
    if (isOtherBackend(scene, namespace, rule)) return 'backend-split';
  } else if (rule.table === 'docker-bridges') return 'network-isolation';
  if (rule.position === 0 && hook === 'forward') {
    if (bridged && scene.networkOfBridge(trouble.in ?? '') === undefined) return 'bridge-nf-drop';
    return engineRules(scene) === 'flushed' && ofNetwork(scene, trouble)
      ? 'rules-flushed'
      : 'forward-policy-drop';
  }
  if (hook === 'input' || hook === 'output') return 'host-input-drop';
  const isFilter = rule.table === 'filter' && rule.backend !== 'nftables';
  return isFilter && hook === 'forward' ? 'docker-user-drop' : 'user-rule-drop';
}

/** Of a rule that is known by its place alone. */
export function causeOfPlace(scene: Scene, rule: RulePlace): string {
  if (scene.namespace(rule.namespaceId)?.host !== true) return 'container-rule-drop';
  if (/^(INPUT|OUTPUT)$/.test(rule.chain) && rule.family !== 'bridge') return 'host-input-drop';
  return rule.table === 'filter' && rule.backend !== 'nftables' ? 'docker-user-drop' : 'user-rule-drop';
}

function ofEngine(scene: Scene, { rule }: RuleTrouble): RuleCause | null {
  const { text, chain } = rule;
  if (chain === 'DOCKER-INTERNAL' || (chain.startsWith('DOCKER') && internal.test(text)))
    return 'internal-network';
  if (isolation.test(text)) return 'network-isolation';
  const same = sameBridge.exec(text);
  if (same !== null && same[1] === same[2]) {
    const network = scene.networkOfBridge(same[1] ?? '');
    if (network?.options['com.docker.network.bridge.enable_icc'] === 'false') return 'icc-disabled';
  }
  const dropped = rule.table === 'raw' ? direct.exec(text) : null;
  if (dropped === null) return null;
  if (dropped[2] === 'lo') return 'published-on-other-address';
  const isContainers = scene.snapshot.containers.some(({ endpoints }) =>
    endpoints.some(({ address, address6 }) => dropped[1] === address || dropped[1] === address6),
  );
  return isContainers ? 'raw-direct-access-drop' : null;
}

/** Whether the engine keeps its rules in the other iptables backend. */
function isOtherBackend(scene: Scene, namespace: NamespaceState, rule: RulePlace): boolean {
  const other = rule.backend === 'iptables-legacy' ? 'iptables-nft' : 'iptables-legacy';
  if (!hasRules(scene, namespace, other)) return false;
  const tables = scene.tables(namespace);
  const holds = (backend: string) =>
    tables.some((table) => table.backend === backend && hasEngineChain(table));
  return holds(other) && !holds(rule.backend);
}

function hasEngineChain(table: RuleTable): boolean {
  return table.chains.some(({ name }) => name === 'DOCKER' || name === 'DOCKER-USER');
}

/** Whether a bridge network of the engine is what the packet comes from or goes to. */
function ofNetwork(scene: Scene, trouble: RuleTrouble): boolean {
  return [trouble.in, trouble.out].some(
    (device) => device !== null && scene.networkOfBridge(device) !== undefined,
  );
}

/** What is left of the engine's rules on the host; whole where that is not known. */
export function engineRules(scene: Scene): 'whole' | 'flushed' | 'none' {
  if (scene.host === undefined || hasUnreadRules(scene.host)) return 'whole';
  const tables = scene.tables(scene.host);
  if (tables.some((table) => isNftTable(table) && table.name === 'docker-bridges')) return 'whole';
  const engine = tables.filter((table) => !isNftTable(table) && hasEngineChain(table));
  if (engine.length === 0) return 'none';
  const jumpsFrom = (name: string, chain: string) =>
    engine.some(
      (table) =>
        table.name === name &&
        table.chains.some(
          (one) =>
            one.name === chain && one.rules.some(({ target }) => target?.startsWith('DOCKER') === true),
        ),
    );
  const isWhole =
    jumpsFrom('filter', 'FORWARD') && jumpsFrom('nat', 'PREROUTING') && !isEmptied(scene, engine);
  return isWhole ? 'whole' : 'flushed';
}

/** The chain that lets published ports in has nothing left, though containers publish some. */
function isEmptied({ snapshot }: Scene, engine: readonly RuleTable[]): boolean {
  const filter = engine.find(({ name }) => name === 'filter');
  const chain = filter?.chains.find(({ name }) => name === 'DOCKER');
  const publishes = snapshot.containers.some(
    ({ published, endpoints }) => published.length > 0 && endpoints.some(({ address }) => address !== ''),
  );
  return publishes && chain?.rules.length === 0;
}
