#!/bin/sh
# Keeps what the guest left as the tests read it.
#
#     test/lab/qemu/keep.sh OUTPUT
set -eu
here=$(dirname "$(realpath "$0")")
[ ! -e "$1/leak" ] || { echo "a secret key is in the snapshot" >&2; exit 1; }
node --input-type=module - "$1" "$here/../../topology/hosts" <<'SCRIPT'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const [, , from, to] = process.argv;
const keep = (name, text) => writeFileSync(`${to}/${name}.gz`, gzipSync(text, { level: 9 }));
const links = {};
for (const file of readdirSync(from)) {
  const namespace = /^link\.(.+)\.json$/.exec(file)?.[1];
  // What ip does not print it leaves as an empty object.
  if (namespace !== undefined) {
    links[namespace] = JSON.parse(readFileSync(`${from}/${file}`, 'utf8')).filter(({ ifname }) => ifname !== undefined);
  }
}
keep('guest.json', readFileSync(`${from}/snapshot.json`));
keep('guest-links.json', JSON.stringify(links));
keep('guest-wg.txt', readFileSync(`${from}/wg.txt`));
SCRIPT
cp "$1/record.pcapng" "$here/../../../fixtures/tunnels.pcapng"
