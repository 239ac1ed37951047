/** First payloads of application sessions, built by the protocols' documents. */
import { be16, be32, bytes, ethernet, ipv4, le16, le32, tcp, udp } from './build.ts';

export interface Session {
  readonly name: string;
  /** What `recognise` calls it. */
  readonly application: string;
  readonly transport: 'tcp' | 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
  /** What the packet list says, in part. */
  readonly info: RegExp;
}

export function sessionFrame({ transport, sourcePort, destinationPort, payload }: Session): Uint8Array {
  const segment =
    transport === 'tcp'
      ? tcp(sourcePort, destinationPort, payload)
      : udp(sourcePort, destinationPort, payload);
  return ethernet(0x0800, ipv4(transport === 'tcp' ? 6 : 17, segment));
}

function ascii(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

function postgres(type: string, body: Uint8Array): Uint8Array {
  return bytes(ascii(type), be32(4 + body.length), body);
}

function startup(): Uint8Array {
  const body = bytes(be32(0x00030000), ascii('user\0app\0database\0shop\0\0'));
  return bytes(be32(4 + body.length), body);
}

function mysqlPacket(sequence: number, body: Uint8Array): Uint8Array {
  return bytes(le16(body.length), 0, sequence, body);
}

function mongo(response: number, document: Uint8Array): Uint8Array {
  const body = bytes(le32(9), le32(response), le32(2013), le32(0), 0, document);
  return bytes(le32(4 + body.length), body);
}

function bson(...elements: Uint8Array[]): Uint8Array {
  const body = Buffer.concat(elements);
  return bytes(le32(5 + body.length), body, 0);
}

function bsonText(name: string, value: string): Uint8Array {
  return bytes(2, ascii(`${name}\0`), le32(value.length + 1), ascii(`${value}\0`));
}

function bsonInt(name: string, value: number): Uint8Array {
  return bytes(16, ascii(`${name}\0`), le32(value));
}

function extension(type: number, body: Uint8Array): Uint8Array {
  return bytes(be16(type), be16(body.length), body);
}

function clientHello(): Uint8Array {
  const name = ascii('db.example.org');
  const extensions = bytes(
    extension(0, bytes(be16(name.length + 3), 0, be16(name.length), name)),
    extension(16, bytes(be16(12), 2, ascii('h2'), 8, ascii('http/1.1'))),
  );
  const body = bytes(
    '0303',
    new Uint8Array(32).fill(7),
    0,
    be16(2),
    '1301',
    '0100',
    be16(extensions.length),
    extensions,
  );
  const handshake = bytes(1, 0, be16(body.length), body);
  return bytes('16 0301', be16(handshake.length), handshake);
}

function session(
  name: string,
  application: string,
  ports: readonly [number, number],
  payload: Uint8Array,
  info: RegExp,
  transport: 'tcp' | 'udp' = 'tcp',
): Session {
  const [sourcePort, destinationPort] = ports;
  return { name, application, transport, sourcePort, destinationPort, payload, info };
}

const greeting = bytes(
  10,
  ascii('8.0.36\0'),
  le32(11),
  new Uint8Array(8),
  0,
  'ffff',
  33,
  '0200',
  'ffc1',
  21,
  new Uint8Array(23),
  ascii('mysql_native_password\0'),
);
const login = bytes(
  le32(0x0000820f),
  le32(16777216),
  33,
  new Uint8Array(23),
  ascii('root\0'),
  0,
  ascii('shop\0'),
);

export const sessions: readonly Session[] = [
  session(
    'PostgreSQL startup',
    'postgresql',
    [40000, 5432],
    startup(),
    /Startup message user=app database=shop/,
  ),
  session('PostgreSQL startup on another port', 'postgresql', [40000, 15432], startup(), /Startup message/),
  session(
    'PostgreSQL SSL request',
    'postgresql',
    [40000, 5432],
    bytes(be32(8), be32(80877103)),
    /SSL request/,
  ),
  session('PostgreSQL SSL refused', 'postgresql', [5432, 40000], ascii('N'), /SSL refused/),
  session(
    'PostgreSQL query',
    'postgresql',
    [40000, 5432],
    postgres('Q', ascii('SELECT 1;\0')),
    /Simple query SELECT 1;/,
  ),
  session(
    'PostgreSQL refusal',
    'postgresql',
    [5432, 40000],
    postgres('E', ascii('SFATAL\0C28P01\0Mpassword authentication failed for user "app"\0\0')),
    /FATAL 28P01 password authentication failed/,
  ),
  session(
    'MySQL greeting',
    'mysql',
    [3306, 40000],
    mysqlPacket(0, greeting),
    /Server Greeting proto=10 version=8.0.36/,
  ),
  session(
    'MySQL greeting on another port',
    'mysql',
    [13306, 40000],
    mysqlPacket(0, greeting),
    /Server Greeting/,
  ),
  session('MySQL login', 'mysql', [40000, 3306], mysqlPacket(1, login), /Login Request user=root db=shop/),
  session(
    'MySQL query',
    'mysql',
    [40000, 3306],
    mysqlPacket(0, bytes(3, ascii('SELECT 1'))),
    /Query SELECT 1/,
  ),
  session(
    'MySQL refusal',
    'mysql',
    [3306, 40000],
    mysqlPacket(2, bytes(0xff, le16(1045), ascii("#28000Access denied for user 'root'"))),
    /Error 1045 Access denied/,
  ),
  session(
    'MySQL refusal before the greeting',
    'mysql',
    [3306, 40000],
    mysqlPacket(0, bytes(0xff, le16(1130), ascii("Host '10.0.0.1' is not allowed to connect"))),
    /Error 1130 Host/,
  ),
  session('Redis command', 'redis', [40000, 6379], ascii('*2\r\n$3\r\nGET\r\n$5\r\nstock\r\n'), /GET stock/),
  session(
    'Redis on another port',
    'redis',
    [40000, 16379],
    ascii('*2\r\n$3\r\nGET\r\n$5\r\nstock\r\n'),
    /GET stock/,
  ),
  session(
    'Redis refusal',
    'redis',
    [6379, 40000],
    ascii('-NOAUTH Authentication required.\r\n'),
    /NOAUTH Authentication required/,
  ),
  session(
    'Redis password',
    'redis',
    [40000, 6379],
    ascii('*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n'),
    /AUTH \*\*\*/,
  ),
  session(
    'MongoDB hello',
    'mongodb',
    [40000, 27017],
    mongo(0, bson(bsonInt('hello', 1), bsonText('$db', 'admin'))),
    /hello=1 \$db=admin/,
  ),
  session(
    'MongoDB refusal',
    'mongodb',
    [27017, 40000],
    mongo(
      1,
      bson(
        bsonInt('ok', 0),
        bsonText('errmsg', 'Authentication failed.'),
        bsonInt('code', 18),
        bsonText('codeName', 'AuthenticationFailed'),
      ),
    ),
    /errmsg=Authentication failed\. code=18 codeName=AuthenticationFailed/,
  ),
  session('Memcached command', 'memcached', [40000, 11211], ascii('get stock\r\n'), /get stock/),
  session(
    'Memcached refusal',
    'memcached',
    [11211, 40000],
    ascii('SERVER_ERROR out of memory\r\n'),
    /SERVER_ERROR out of memory/,
  ),
  session(
    'TLS client hello',
    'tls',
    [40000, 443],
    clientHello(),
    /Client Hello \(SNI=db\.example\.org\) \(ALPN=h2,http\/1\.1\)/,
  ),
  session('TLS client hello on another port', 'tls', [40000, 5433], clientHello(), /SNI=db\.example\.org/),
  session(
    'TLS alert',
    'tls',
    [443, 40000],
    bytes('15 0303 0002 02 30'),
    /Alert \(Level: Fatal, Description: Unknown CA\)/,
  ),
  session(
    'HTTP request',
    'http',
    [40000, 8080],
    ascii('GET /health HTTP/1.1\r\nHost: web:8080\r\nUser-Agent: curl\r\n\r\n'),
    /GET \/health HTTP\/1\.1/,
  ),
  session(
    'HTTP status',
    'http',
    [80, 40000],
    ascii('HTTP/1.1 502 Bad Gateway\r\nServer: nginx\r\n\r\n'),
    /502 Bad Gateway/,
  ),
  session(
    'HTTP/2 preface',
    'http2',
    [40000, 80],
    bytes(ascii('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), '000006 04 00 00000000 0003 00000064'),
    /SETTINGS\[0\]/,
  ),
  session('SSH', 'ssh', [22, 40000], ascii('SSH-2.0-OpenSSH_9.2p1\r\n'), /SSH-2\.0-OpenSSH_9\.2p1/),
  session('NTP', 'ntp', [40000, 123], bytes(0x23, new Uint8Array(47)), /NTP Version 4, client/, 'udp'),
  session(
    'WireGuard',
    'wireguard',
    [40000, 51821],
    bytes('01000000', new Uint8Array(144)),
    /Handshake Initiation/,
    'udp',
  ),
  session(
    'DNS query',
    'dns',
    [40000, 53],
    bytes('1234 0100 0001 0000 0000 0000', 2, ascii('db'), 0, '0001 0001'),
    /Standard query 0x1234 A db/,
    'udp',
  ),
  session(
    'DNS refusal through TCP',
    'dns',
    [53, 40000],
    bytes(be16(20), '1234 8183 0001 0000 0000 0000', 2, ascii('db'), 0, '0001 0001'),
    /No such name A db/,
  ),
];

/** What no recogniser may claim. */
export const strangers: readonly Uint8Array[] = [
  ascii('hello world, this is nobody\n'),
  ascii('*** welcome to the machine ***\r\n'),
  ascii('220 mail.example.org ESMTP ready\r\n'),
  ascii('-----BEGIN CERTIFICATE-----\n'),
  new Uint8Array(200),
  new Uint8Array(200).fill(0xff),
  bytes('00010203040506070809', new Uint8Array(40).fill(0x41)),
];
