/** `-j REJECT`: drops and answers (ipt_REJECT.c, ip6t_REJECT.c). */
import { defineTarget, type Effect, refuse } from '../extension.ts';
import { protocol } from '../protocols.ts';
import { argument, demandProtocol, find } from '../values.ts';

/** Names and the shorter ones that iptables takes for them. */
const answers4: Readonly<Record<string, string>> = {
  'icmp-net-unreachable': 'net-unreach',
  'icmp-host-unreachable': 'host-unreach',
  'icmp-proto-unreachable': 'proto-unreach',
  'icmp-port-unreachable': 'port-unreach',
  'icmp-net-prohibited': 'net-prohib',
  'icmp-host-prohibited': 'host-prohib',
  'tcp-reset': 'tcp-rst',
  'icmp-admin-prohibited': 'admin-prohib',
};

const answers6: Readonly<Record<string, string>> = {
  'icmp6-no-route': 'no-route',
  'icmp6-adm-prohibited': 'adm-prohibited',
  'icmp6-addr-unreachable': 'addr-unreach',
  'icmp6-port-unreachable': 'port-unreach',
  'tcp-reset': 'tcp-reset',
  'icmp6-policy-fail': 'policy-fail',
  'icmp6-reject-route': 'reject-route',
};

interface Reject {
  readonly answer: string;
  readonly effect: Effect;
}

export const reject = defineTarget<Reject>({
  name: 'REJECT',
  options: [{ name: 'reject-with', values: 1 }],
  parse(options, context) {
    const known = context.family === 'ip' ? answers4 : answers6;
    const use = find(options, 'reject-with');
    let answer = context.family === 'ip' ? 'icmp-port-unreachable' : 'icmp6-port-unreachable';
    if (use !== undefined) {
      const text = argument(use).toLowerCase();
      const names = Object.entries(known).filter(
        ([name, short]) => name.startsWith(text) || short.startsWith(text),
      );
      answer = names[0]?.[0] ?? refuse(`--reject-with ${argument(use)} is not known`);
    }
    if (answer === 'tcp-reset') demandProtocol(context, [protocol.tcp], '--reject-with tcp-reset');
    return { answer, effect: { kind: 'reject', answer } };
  },
  print: (data) => `--reject-with ${data.answer}`,
  evaluate: (data) => data.effect,
});
