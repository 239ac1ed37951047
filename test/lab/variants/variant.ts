/**
 * Faults of the catalogue's kinds made in other ways, and several at once. They share hosts: each is a pair of scripts
 * that break and mend, with the words of `preamble`.
 */
export interface Variant {
  readonly how: string;
  readonly from: string;
  readonly to: string;
  /** The cause that must come first; with several, all of them, the first one first. */
  readonly causes: readonly string[];
  /** What the first finding must name. */
  readonly names: string;
  /** A script with exit status 0 when it works; `outside`: a client outside asks for the published port. */
  readonly works: string;
  readonly breaks: string;
  readonly mends: string;
  /** The printed fix brings back the cause alone, not all that went with it. */
  readonly partly?: true;
  /** The host that it is made on; without it, `small`. */
  readonly scenario?: 'dual';
}

/** Who asks whom, what shows that it works, and on which host. */
export type Attempt = Pick<Variant, 'from' | 'to' | 'works' | 'scenario'>;

/** Makes variants of one attempt, unless they name another. */
export function variantsOf(usual: Attempt) {
  return (
    cause: string,
    how: string,
    names: string,
    breaks: string,
    mends: string,
    attempt: Attempt = usual,
  ): Variant => ({ ...attempt, how, causes: [cause], names, breaks, mends });
}

/** Words for the scripts: `of web COMMAND`, `veth db`, `greets web 172.30.0.2`; `reset` puts all rules back. */
export const preamble = `
pid() { docker inspect --format '{{.State.Pid}}' "$1"; }
of() { local pid; pid=$(pid "$1"); shift; nsenter -t "$pid" -n -- "$@"; }
veth() { local at; at=$(of "$1" ip -o link show eth0 | sed 's/.*@if\\([0-9]*\\):.*/\\1/'); ip -o link | sed -n "s/^$at: \\([^@]*\\)@.*/\\1/p"; }
mac() { of "$1" ip -o link show eth0 | sed 's/.*ether \\([^ ]*\\).*/\\1/'; }
greets() { docker exec "$1" timeout 1.5 nc -w 1 "$2" "\${3:-3306}" </dev/null 2>&1 | grep -q hello; }
page() { docker exec "$1" timeout 1.5 wget -q -O /dev/null "$2"; }
remember() {
  iptables-save >/run/lab/rules; ip6tables-save >/run/lab/rules6
  for name in web db; do of $name iptables-save -t nat >/run/lab/rules.$name; done
}
reset() {
  iptables-restore </run/lab/rules; ip6tables-restore </run/lab/rules6
  for table in raw mangle security; do iptables -t $table -F; done
  iptables -X SITE
  for name in web db; do
    of $name iptables-restore </run/lab/rules.$name
    of $name ip6tables -F; of $name ip6tables -P INPUT ACCEPT; of $name ip6tables -P OUTPUT ACCEPT
    of $name iptables -F; of $name iptables -P INPUT ACCEPT; of $name iptables -P OUTPUT ACCEPT
  done
} 2>/dev/null
`;
