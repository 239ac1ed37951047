/** SSH: the identification line (RFC 4253 4.2); what follows is encrypted. */
import { type Application, firstLine, startsWith } from './application.ts';

export const ssh: Application = {
  name: 'ssh',
  transports: ['tcp'],
  ports: [22],
  recognise: (payload) => startsWith(payload, 'SSH-2.0-') || startsWith(payload, 'SSH-1.'),
  describe: (fields, payload) => {
    const line = firstLine(payload);
    fields.note('ssh.protocol', `Protocol: ${line}`, line, payload.from, line.length);
    fields.title('SSH Protocol');
    fields.summary('SSH', `${payload.destinationPort === 22 ? 'Client' : 'Server'}: Protocol (${line})`);
  },
};
