/** Docker's own nftables rule sets, as files of nft's syntax. */

/**
 * What nft 1.0.6 can load of a listing by a newer one: it has no name for the priority of nat's output hook.
 */
export function loadable(rules: string): string {
  return rules.replaceAll('type nat hook output priority dstnat;', 'type nat hook output priority -100;');
}
