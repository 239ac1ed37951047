/**
 * What a namespace or link is known by from one look at the host to the next: by names, since a container that
 * restarts has another namespace, and its interfaces other indexes.
 */

/** @param name TopologyNamespace.name */
export function namespaceKey(name: string): string {
  return `namespace ${name}`;
}

/** @param namespace TopologyNamespace.name */
export function linkKey(namespace: string, name: string): string {
  return `link ${namespace}:${name}`;
}
