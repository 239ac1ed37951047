/** Connections that opened and then went wrong. */
import { describe, expect, it } from 'vitest';
import { blackHole, type Segment } from '../../../src/diagnose/traffic/black-hole.ts';
import { Harness } from '../../flow/harness.ts';
import { ACK, ethernet, FIN, icmp, ip, RST, tcp, text } from '../../flow/packets.ts';
import { watchHarness } from '../../session/problems.ts';
import { client, connection, open, type Say, server } from './conversation.ts';

/** What a connection shows that goes on like this. */
function problemsOf(go: (say: Say, harness: Harness) => void) {
  const harness = new Harness();
  const say = connection(harness);
  open(say);
  go(say, harness);
  return watchHarness(harness).look();
}

const large = new Uint8Array(1000);

/** So many segments, of which the first ones are sent twice. */
const losing = (sent: number, lost: number) => (say: Say) => {
  for (let number = 0; number < sent; number++) {
    const at = 1 + number;
    say('>', ACK, { payload: large, at });
    if (number < lost) say('>', ACK, { payload: large, at: at + 0.4, again: true });
    say('<', ACK, { at: at + 0.5 });
  }
};

describe('packet-loss', () => {
  it('is found where many segments, and a large part of all, are sent again', () => {
    expect(problemsOf(losing(10, 4))).toMatchObject([
      {
        cause: 'packet-loss',
        severity: 'warning',
        summary: expect.stringContaining("of a connection's 27, 4 were sent again"),
      },
    ]);
  });

  it('is none where few are, or a small part', () => {
    expect(problemsOf(losing(10, 2))).toEqual([]);
    expect(problemsOf(losing(100, 3))).toEqual([]);
  });
});

describe('receiver-stalled', () => {
  /** A receiver whose window is shut, probed so many times, a keep-alive's octet each (RFC 9293 section 3.8.6.1). */
  const shut = (probes: number) => (say: Say) => {
    say('>', ACK, { payload: large, at: 1 });
    say('<', ACK, { window: 0, at: 1.01 });
    for (let number = 0; number < probes; number++) {
      const at = 1.2 + 0.4 * number;
      say('>', ACK, { payload: text('x'), at, refused: true });
      say('<', ACK, { window: 0, at: at + 0.01 });
    }
  };

  it('is found where the window stays shut for three probes', () => {
    const [found] = problemsOf(shut(4));
    expect(found).toMatchObject({ cause: 'receiver-stalled', severity: 'warning' });
    expect(found?.summary).toContain('does not keep up');
    expect(found?.evidence[0]?.text).toMatch(/^\d zero windows, \d window probes$/);
  });

  it('is none where it opens after one', () => {
    expect(problemsOf(shut(1)).map(({ cause }) => cause)).not.toContain('receiver-stalled');
  });
});

describe('mtu-black-hole', () => {
  /** A router that says that a segment is too large, which is sent again so many times all the same. */
  const tooLarge = (times: number) => (say: Say, harness: Harness) => {
    say('>', ACK, { payload: large, at: 1 });
    const quoted = ip(client, server, 6, tcp(40_000, 80, { seq: 1 }));
    harness.send(ethernet(ip('10.0.0.254', client, 1, icmp(3, 4, 900, quoted))), { at: 1.01 });
    for (let number = 0; number < times; number++)
      say('>', ACK, { payload: large, at: 2 + number, again: true });
  };

  it('is found where a router names its MTU, and large segments are sent again all the same', () => {
    expect(problemsOf(tooLarge(3))).toMatchObject([
      {
        cause: 'mtu-black-hole',
        severity: 'blocker',
        summary: expect.stringContaining(
          'a link behind 10.0.0.254, which takes 900 octets, and are sent again',
        ),
      },
    ]);
  });

  it('is worth knowing only while path MTU discovery works', () => {
    expect(problemsOf(tooLarge(1))).toMatchObject([{ cause: 'mtu-black-hole', severity: 'info' }]);
  });
});

describe('connection-reset', () => {
  const reset = (who: '>' | '<') => (say: Say) => {
    say('>', ACK, { payload: text('ask'), at: 1 });
    say('<', ACK, { payload: text('answer'), at: 1.1 });
    say(who, RST | ACK, { at: 3 });
  };

  it('weighs more where the server did it', () => {
    expect(problemsOf(reset('<'))).toMatchObject([{ cause: 'connection-reset', severity: 'warning' }]);
    expect(problemsOf(reset('>'))).toMatchObject([{ cause: 'connection-reset', severity: 'info' }]);
  });

  it('is none where both ended it before', () => {
    const ended = problemsOf((say) => {
      say('>', FIN | ACK, { at: 1 });
      say('<', FIN | ACK, { at: 1.1 });
      say('>', ACK, { at: 1.2 });
      say('>', RST, { at: 1.3 });
    });
    expect(ended).toEqual([]);
  });
});

describe('service-error', () => {
  const asking = text('GET / HTTP/1.1\r\nHost: web\r\n\r\n');

  it('may be what a web server without a word means', () => {
    const mute = problemsOf((say) => {
      say('>', ACK, { payload: asking, at: 1 });
      say('<', FIN | ACK, { at: 2 });
      say('>', FIN | ACK, { at: 2.1 });
      say('<', ACK, { at: 2.2 });
    });
    expect(mute).toMatchObject([{ cause: 'service-error', confidence: 'possible' }]);
    expect(mute[0]?.summary).toContain('it may speak TLS, or fail');
  });

  it('is none while the answer may still come', () => {
    expect(problemsOf((say) => say('>', ACK, { payload: asking, at: 1 }))).toEqual([]);
  });
});

describe('segments that never arrive', () => {
  const again = (sequence: number, length: number): Segment => ({
    fromSource: true,
    sequence,
    length,
    acknowledgment: 1,
    isAgain: true,
  });
  const acks = (acknowledgment: number): Segment => ({
    fromSource: false,
    sequence: 1,
    length: 0,
    acknowledgment,
    isAgain: false,
  });

  it('are a black hole when they are large, and sent again and again', () => {
    expect(blackHole([again(100, 1460), acks(100), again(100, 1460), again(100, 1460)])).toBe(1460);
  });

  it('are none when they are small, arrive in the end, or are lost here and there', () => {
    expect(blackHole([again(100, 60), again(100, 60), again(100, 60)])).toBeNull();
    expect(blackHole([again(100, 1460), again(100, 1460), again(100, 1460), acks(1560)])).toBeNull();
    expect(blackHole([again(100, 1460), again(1560, 1460), again(3020, 1460)])).toBeNull();
  });
});
