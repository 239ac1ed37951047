/** The host does not forward, altogether or on one interface. */
import { prefixOf } from '../commands.ts';
import { blocker, type Cause, fromName, once, pages, toName, troublesOf } from './cause.ts';

export const ipForwardOff: Cause = {
  id: 'ip-forward-off',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'forwarding-off').map(({ namespace, device }) => {
        const { scene, resolution } = evidence;
        const v6 = resolution.address?.includes(':') === true;
        const state = scene.namespaceNamed(namespace);
        const all = v6 ? 'net.ipv6.conf.all.forwarding' : 'net.ipv4.ip_forward';
        const isAll = state?.sysctls[all] === '0';
        const sysctl = isAll ? all : `net.ipv${v6 ? 6 : 4}.conf.${device}.forwarding`;
        return blocker({
          cause: 'ip-forward-off',
          summary: `${namespace} does not forward packets${isAll ? '' : ` that come in by ${device}`}, so those from ${fromName(evidence)} to ${toName(evidence)} end there: ${sysctl} is 0.`,
          evidence: [{ kind: 'sysctl', where: namespace, text: `${sysctl} = 0` }],
          fix: [`${prefixOf(scene, namespace)}sysctl -w ${sysctl}=1`],
          link: pages.daemon,
        });
      }),
    ),
};
