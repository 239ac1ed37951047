#!/bin/bash
# Records what an engine made on a lab host of its own, as the tests read it: a snapshot, and what the engine itself said
# at the same moment.
#
#     npm run build && test/lab/engines/keep.sh podman|containerd|lxc|...
set -eu
here=$(dirname "$(realpath "$0")")
engine=$1
export LAB_NAME=keep-$engine LAB_DOCKER=no
host() { "$here/../lab" enter "$@"; }
work=$(mktemp -d)
"$here/../lab" start >/dev/null
trap '"$here/../lab" stop; rm -r "$work"' EXIT
host bash "$here/$engine.sh"
host node "$here/../../../dist/main.js" snapshot -w "$work/snapshot.json"
host bash "$here/$engine-says.sh" >"$work/says.json"
node --input-type=module - "$work" "$here/../../topology/hosts/$engine" <<'SCRIPT'
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const [, , from, to] = process.argv;
const read = (name) => JSON.parse(readFileSync(`${from}/${name}.json`, 'utf8'));
const keep = (name, document) => writeFileSync(`${to}${name}.json.gz`, gzipSync(JSON.stringify(document), { level: 9 }));
keep('', read('snapshot'));
keep('-says', read('says'));
SCRIPT
ls -l "$here"/../../topology/hosts/"$engine"*
