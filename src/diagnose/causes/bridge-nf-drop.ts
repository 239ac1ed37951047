/** Frames between two ports of one bridge reach FORWARD because of bridge-nf, and its policy drops them. */
import { type Cause, pages } from './cause.ts';
import { ruleFindings } from './rule-findings.ts';

const sysctl = 'net.bridge.bridge-nf-call-iptables';

export const bridgeNfDrop: Cause = {
  id: 'bridge-nf-drop',
  find: (evidence) =>
    ruleFindings(evidence, {
      cause: 'bridge-nf-drop',
      because: ({ in: bridge }) =>
        `: both are behind ${bridge}, and ${sysctl}=1 leads bridged frames through iptables`,
      evidence: () => [{ kind: 'sysctl', where: 'host', text: `${sysctl} = 1` }],
      fix: ({ in: bridge }) => [`iptables -I FORWARD -i ${bridge} -o ${bridge} -j ACCEPT`],
      link: pages.firewall,
    }),
};
