/** What happened on a host, in the words of who operates it. */
import type { Difference } from './changes.ts';
import type { Fact } from './facts.ts';

/** @param before what a namespace or link that came was before, under another name. */
export function changeText(change: Difference, before: Fact | null): string {
  switch (change.how) {
    case 'came':
      return before === null ? cameText(change.now) : renamedText(change.now, before);
    case 'went':
      return wentText(change.was);
    case 'changed':
      return changedText(change.was, change.now);
  }
}

function cameText({ kind, name, state }: Fact): string {
  const { peer = '', kind: linkKind = '', bridge = '' } = state;
  switch (kind) {
    case 'engine':
      return `${name} answers`;
    case 'container':
      return state.state === 'running'
        ? `container ${name} is new, and runs`
        : `container ${name} is new: ${state.state}`;
    case 'namespace':
      return `namespace ${name} came`;
    case 'link':
      return `${linkKind} ${name} came${peer === '' ? '' : `, with its peer ${peer}`}`;
    case 'address':
      return `address ${name} was added`;
    case 'route':
      return `route ${name} was added`;
    case 'member':
      return `${name} was put into bridge ${bridge}`;
    case 'port':
      return `${name} was added`;
  }
}

function wentText({ kind, name, state }: Fact): string {
  const { peer = '', kind: linkKind = '', bridge = '' } = state;
  switch (kind) {
    case 'engine':
      return `${name} does not answer any more`;
    case 'container':
      return `container ${name} was removed`;
    case 'namespace':
      return `namespace ${name} went`;
    case 'link':
      return `${linkKind} ${name} went${peer === '' ? '' : `, with its peer ${peer}`}`;
    case 'address':
      return `address ${name} was removed`;
    case 'route':
      return `route ${name} was removed`;
    case 'member':
      return `${name} was taken out of bridge ${bridge}`;
    case 'port':
      return `${name} was removed`;
  }
}

/** A namespace is called after its first container: where that one stops, after the next that is in it. */
function renamedText({ kind, name, state }: Fact, { name: old }: Fact): string {
  if (kind === 'link') return `${state.kind} ${old} is now ${name}`;
  return state.kind === 'container' || state.kind === 'pod'
    ? `container ${name} is left in the namespace that was ${old}'s`
    : `namespace ${name} is what is left of ${old}`;
}

function changedText(was: Fact, now: Fact): string {
  if (now.kind === 'container') return containerText(was, now);
  if (now.kind === 'namespace') return `namespace ${now.name} is another one: ${now.state.id}`;
  const parts = Object.entries(now.state).flatMap(([name, value]) => {
    const old = was.state[name] ?? '';
    if (old === value) return [];
    switch (name) {
      case 'state':
        return `is ${value} (was ${old})`;
      case 'peer':
        return value === ''
          ? `lost its peer ${old}`
          : `has peer ${value}${old === '' ? '' : ` (was ${old})`}`;
      case 'by':
        return `is made to work by ${value || 'nothing'} (was ${old || 'nothing'})`;
      case 'kind':
        return `is a ${value} (was ${old})`;
      default:
        return `has ${name} ${value || 'none'} (was ${old || 'none'})`;
    }
  });
  return `${now.name} ${parts.join(', ')}`;
}

function containerText(was: Fact, now: Fact): string {
  const { state = '', mode = '', namespace, networks = '' } = now.state;
  const parts: string[] = [];
  if (was.state.state !== state) parts.push(stateText(was.state.state ?? '', state));
  else if (was.state.namespace !== namespace) {
    // One that shares another's namespace need not have restarted itself.
    parts.push(mode.startsWith('container:') ? 'is in another namespace' : 'restarted');
  }
  const [old, current] = [namesIn(was.state.networks), namesIn(networks)];
  const joined = current.filter((name) => !old.includes(name));
  const left = old.filter((name) => !current.includes(name));
  if (joined.length > 0) parts.push(`joined ${joined.join(', ')}`);
  if (left.length > 0) parts.push(`left ${left.join(', ')}`);
  if (parts.length === 0) parts.push(`network mode ${mode} (was ${was.state.mode})`);
  return `container ${now.name} ${parts.join(', ')}`;
}

function namesIn(networks: string | undefined): readonly string[] {
  return networks === undefined || networks === '' ? [] : networks.split(', ');
}

function stateText(was: string, now: string): string {
  if (now === 'running') return was === 'paused' ? 'goes on (was paused)' : `started (was ${was})`;
  return now === 'exited' ? `stopped (was ${was})` : `is ${now} (was ${was})`;
}
