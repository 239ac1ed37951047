/** `nft -j list ruleset` as a list of objects (libnftables-json(5)), for what looks for a few of them only. */

/** Empty for what is no such dump. */
export function nftObjects(text: string): readonly unknown[] {
  try {
    return list(field(JSON.parse(text), 'nftables'));
  } catch {
    return [];
  }
}

export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
