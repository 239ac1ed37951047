// `node hold-tun.mjs tun|tap NAME`: makes the device and holds it open (TUNSETIFF of Linux' if_tun.h), as flanneld or qemu do.
import { openSync } from 'node:fs';
import koffi from 'koffi';

const [, , kind = '', name = ''] = process.argv;
const ioctl = koffi.load('libc.so.6').func('int ioctl(int fd, unsigned long request, void *argument)');
const request = Buffer.alloc(40);
request.write(name, 0, 15);
// IFF_TUN or IFF_TAP, without packet information.
request.writeUInt16LE((kind === 'tun' ? 1 : 2) | 0x1000, 16);
if (ioctl(openSync('/dev/net/tun', 'r+'), 0x400454ca, request) < 0) throw new Error(`no ${name}`);
setInterval(() => {}, 1 << 30);
