/** 127.0.0.0/8 is translated to a container, and the kernel does not let such addresses leave loopback. */
import { prefixOf } from '../commands.ts';
import { blocker, type Cause, once, troublesOf } from './cause.ts';

export const routeLocalnet: Cause = {
  id: 'route-localnet',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'route-localnet').map(({ namespace, device, destination }) => {
        const sysctl = `net.ipv4.conf.${device}.route_localnet`;
        return blocker({
          cause: 'route-localnet',
          summary: `In ${namespace}, packets with a source in 127.0.0.0/8 were translated to ${destination}, and may not leave by ${device}: ${sysctl} is 0.`,
          evidence: [{ kind: 'sysctl', where: namespace, text: `${sysctl} = 0` }],
          fix: [`${prefixOf(evidence.scene, namespace)}sysctl -w ${sysctl}=1`],
        });
      }),
    ),
};
