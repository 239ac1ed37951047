/** Commands for people to copy: run on the host, in the namespace that they are for. */
import type { NamespaceState } from '../snapshot/schema.ts';
import type { Scene } from './scene.ts';
import { word } from './text.ts';
import type { RulePlace } from './trouble.ts';

/** What a command needs before it to run in a namespace; empty for the host's. */
export function enter(namespace: NamespaceState): string {
  if (namespace.host) return '';
  const pid = namespace.processes[0]?.pid;
  if (pid !== undefined) return `nsenter -t ${pid} -n `;
  const path = namespace.paths[0];
  return path === undefined ? '' : `nsenter --net=${word(path)} `;
}

/** `ip`, with the family where words alone would not say which is meant: `default`. */
export function ipOf(address: string): string {
  return address.includes(':') ? 'ip -6' : 'ip';
}

export function prefixOf(scene: Scene, name: string): string {
  const found = scene.namespaceNamed(name);
  return found === undefined ? '' : enter(found);
}

export function hasRules(scene: Scene, namespace: NamespaceState, backend: RulePlace['backend']): boolean {
  return scene
    .tables(namespace)
    .some((table) => table.backend === backend && table.chains.some(({ rules }) => rules.length > 0));
}

/** `iptables`, or the tool of that backend where both have rules. */
function toolOf(scene: Scene, { backend, family, namespaceId }: RulePlace): string {
  const base = family === 'ip6' ? 'ip6tables' : 'iptables';
  const namespace = scene.namespace(namespaceId);
  if (namespace === undefined) return base;
  if (backend === 'iptables-legacy') return `${base}-legacy`;
  return hasRules(scene, namespace, 'iptables-legacy') ? `${base}-nft` : base;
}

function ofNamespace(scene: Scene, { namespaceId }: RulePlace): string {
  const namespace = scene.namespace(namespaceId);
  return namespace === undefined ? '' : enter(namespace);
}

/** Takes a rule out; of a policy, lets what comes in by `device` (or all) pass. */
export function removeRule(scene: Scene, rule: RulePlace, accept: readonly string[] = []): readonly string[] {
  const prefix = ofNamespace(scene, rule);
  if (rule.backend === 'nftables') return nftRemoval(scene, rule, prefix);
  const tool = toolOf(scene, rule);
  const table = rule.table === 'filter' ? '' : `-t ${word(rule.table)} `;
  if (rule.position === 0) {
    if (accept.length > 0) return accept.map((one) => `${prefix}${tool} ${table}-I ${rule.chain} ${one}`);
    return [`${prefix}${tool} ${table}-P ${rule.chain} ACCEPT`];
  }
  // The text is the user's own; whatever a shell could take for more than words is named by its position instead.
  // So is a rule whose match keeps a state in the kernel: iptables-nft does not find it by its words.
  const spec =
    /^-A [\w@%+=:,./ !-]+$/.test(rule.text) && !/ -m (?:connlimit|recent) /.test(rule.text)
      ? rule.text.slice(3)
      : `${word(rule.chain)} ${rule.position}`;
  return [`${prefix}${tool} ${table}-D ${spec}`];
}

function nftRemoval(scene: Scene, rule: RulePlace, prefix: string): readonly string[] {
  const { table, chain, position } = rule;
  const { family } = rule;
  const place = `${family} ${word(table)} ${word(chain)}`;
  if (position === 0) return [`${prefix}nft chain ${place} '{ policy accept; }'`];
  const handle = handleOf(scene, rule);
  if (handle === null) return [`${prefix}nft -a list chain ${place}`];
  return [`${prefix}nft delete rule ${place} handle ${handle}`];
}

interface ListedRule {
  readonly family?: unknown;
  readonly table?: unknown;
  readonly chain?: unknown;
  readonly handle?: unknown;
}

/** The handle by which nft knows a rule: the dump has it, in the chain's order. */
function handleOf(scene: Scene, rule: RulePlace): number | null {
  const dump = scene.namespace(rule.namespaceId)?.rulesets.find(({ backend }) => backend === 'nftables');
  if (dump?.text === undefined) return null;
  let list: unknown;
  try {
    list = JSON.parse(dump.text);
  } catch {
    return null;
  }
  if (typeof list !== 'object' || list === null || !('nftables' in list) || !Array.isArray(list.nftables))
    return null;
  const rules = list.nftables.flatMap((entry: unknown): ListedRule[] =>
    typeof entry === 'object' &&
    entry !== null &&
    'rule' in entry &&
    typeof entry.rule === 'object' &&
    entry.rule !== null
      ? [entry.rule]
      : [],
  );
  const own = rules.filter(
    ({ family, table, chain }) => family === rule.family && table === rule.table && chain === rule.chain,
  );
  const handle = own[rule.position - 1]?.handle;
  return typeof handle === 'number' ? handle : null;
}
