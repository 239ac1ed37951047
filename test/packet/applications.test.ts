import { describe, expect, it } from 'vitest';
import { recognise } from '../../src/packet/applications/index.ts';
import { dissect } from '../../src/packet/dissect.ts';
import { sessionFrame, sessions, strangers } from './sessions.ts';

describe.each(sessions)('$name', (session) => {
  const { application, payload, sourcePort, destinationPort, transport, info } = session;

  it('is recognised and summarised', () => {
    const protocol = transport === 'tcp' ? 6 : 17;
    expect(recognise(payload, 0, payload.length, sourcePort, destinationPort, protocol)).toBe(application);
    const frame = sessionFrame(session);
    expect(dissect(frame, { linkType: 1, wireLength: frame.length })).toMatchObject({
      info: expect.stringMatching(info),
    });
  });
});

describe('a payload of no known protocol', () => {
  it.each(
    strangers.map((payload) => [Buffer.from(payload).toString('latin1').slice(0, 20), payload] as const),
  )('is not claimed: %j', (_, payload) => {
    expect(recognise(payload, 0, payload.length, 40000, 41000, 6)).toBeNull();
    expect(recognise(payload, 0, payload.length, 40000, 41000, 17)).toBeNull();
  });
});

describe('a DNS name whose pointers loop', () => {
  it('is refused, and the message still shown', () => {
    const looping = Uint8Array.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 0x0c, 0, 1, 0, 1]);
    const frame = sessionFrame({
      ...sessions[0],
      transport: 'udp',
      sourcePort: 40000,
      destinationPort: 53,
      payload: looping,
      name: '',
      application: '',
      info: /./,
    });
    const { protocol, tree } = dissect(frame, { linkType: 1, wireLength: frame.length });
    expect(protocol).toBe('DNS');
    expect(JSON.stringify(tree.at(-1))).toContain('malformed');
  });
});
