// The resolver of the lab's outside world: `node resolver.mjs ADDRESS`. Knows the names below, answers NXDOMAIN to all else.
import { createSocket } from 'node:dgram';

const names = new Map([
  ['far.example', '198.51.100.7'],
  ['client.example', '203.0.113.9'],
]);
/** A name that has an address of IPv6 only: the gateway, 2001:db8:113::1. */
const six = new Map([['six.example', '20010db8011300000000000000000001']]);

/** The question's name and the offset behind it (RFC 1035, section 4.1.2), without compression as questions are. */
function question(query) {
  const labels = [];
  let at = 12;
  for (let length = query[at]; length > 0; length = query[at]) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

const socket = createSocket('udp4');
socket.on('message', (query, from) => {
  if (query.length < 17) return;
  const { name, type, end } = question(query);
  const address = names.get(name);
  const address6 = six.get(name);
  const answer = Buffer.from(query.subarray(0, end));
  answer.writeUInt16BE(address === undefined && address6 === undefined ? 0x8183 : 0x8180, 2);
  answer.writeUInt16BE(1, 4);
  answer.fill(0, 6, 12);
  const records = [answer];
  if (address !== undefined && type === 1) {
    answer.writeUInt16BE(1, 6);
    records.push(Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]));
  }
  if (address6 !== undefined && type === 28) {
    answer.writeUInt16BE(1, 6);
    records.push(Buffer.from([0xc0, 12, 0, 28, 0, 1, 0, 0, 0, 60, 0, 16]), Buffer.from(address6, 'hex'));
  }
  socket.send(Buffer.concat(records), from.port, from.address);
});
socket.bind(53, process.argv[2]);
