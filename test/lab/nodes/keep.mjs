// `node keep.mjs OUTPUT FOLDER`: keeps what start.sh left as the tests read it, two files for each node.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const [, , from = '', to = ''] = process.argv;
const files = readdirSync(from);
const read = (file) => (files.includes(file) ? readFileSync(`${from}/${file}`, 'utf8') : null);
// What ip and bridge do not print of a namespace's links they leave as an empty object.
const json = (file) => JSON.parse(read(file) ?? '[]').filter((one) => Object.keys(one).length > 0);
const keep = (name, value) =>
  writeFileSync(`${to}/${name}.json.gz`, gzipSync(JSON.stringify(value), { level: 9 }));
for (const file of files) {
  const node = /^(.+)\.snapshot\.json$/.exec(file)?.[1];
  if (node === undefined) continue;
  keep(node, JSON.parse(read(file) ?? ''));
  const addresses = files.flatMap((name) => {
    const namespace = name.startsWith(`${node}.address.`) ? name.slice(node.length + 9, -5) : undefined;
    return namespace === undefined ? [] : [[namespace, json(name)]];
  });
  keep(`${node}-seen`, {
    links: json(`${node}.link.json`),
    routes: json(`${node}.route.json`),
    neighbours: json(`${node}.neighbour.json`),
    fdb: json(`${node}.fdb.json`),
    addresses: Object.fromEntries(addresses),
    ovs: read(`${node}.ovs.txt`),
    ipvs: read(`${node}.ipvs.txt`),
  });
}
