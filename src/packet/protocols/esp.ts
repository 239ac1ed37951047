/** ESP (RFC 4303): encrypted, so nothing follows. */
import { defineProtocol } from '../protocol.ts';

export const esp = defineProtocol({
  name: 'esp',
  ipProtocols: [50],
  step: () => null,
  describe: (fields, from) => {
    const spi = fields.number(
      'esp.spi',
      'ESP SPI',
      from,
      4,
      (value) => `0x${value.toString(16).padStart(8, '0')}`,
    );
    fields.number('esp.sequence', 'ESP Sequence', from + 4, 4);
    fields.title('Encapsulating Security Payload');
    fields.summary('ESP', `ESP (SPI=0x${spi.toString(16).padStart(8, '0')})`);
  },
});
