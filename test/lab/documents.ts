/** The parts of netscope's JSON documents that the lab tests read, as docs/contract.md has them. */
import { z } from 'zod';

const endpoint = z.object({
  address: z.string(),
  port: z.number().nullable(),
  container: z.string().nullish(),
});

const rule = z.object({
  namespace: z.string(),
  backend: z.string(),
  family: z.enum(['ip', 'ip6']),
  table: z.string(),
  chain: z.string(),
  position: z.number(),
  text: z.string(),
  target: z.string().nullable(),
  evidence: z.enum(['evaluated', 'conntrack', 'counter', 'traced']),
});

const translation = z.object({
  kind: z.string(),
  from: z.string(),
  to: z.string(),
  rule: rule.nullable(),
});

const flow = z.object({
  id: z.number(),
  connection: z.number(),
  interface: z.object({ namespace: z.string().nullable(), name: z.string() }).nullable(),
  protocol: z.string(),
  source: endpoint,
  destination: endpoint,
  packets: z.object({ forward: z.number(), reverse: z.number() }),
  bytes: z.object({ forward: z.number(), reverse: z.number() }),
  state: z.string(),
});

const connection = z.object({
  id: z.number(),
  flows: z.array(z.number()),
  path: z.array(z.object({ interface: z.string(), flow: z.number() })),
  lastSeenAt: z.string().nullable(),
  translations: z.array(translation),
  rules: z.array(rule),
  verdict: z.string(),
  problem: z.string().nullable(),
});

const flowsDocument = z.object({
  schema: z.literal('netscope.flows/1'),
  source: z.object({
    files: z.array(z.string()),
    packets: z.number(),
    dropped: z.number().nullable(),
    warnings: z.array(z.string()),
  }),
  flows: z.array(flow),
  connections: z.array(connection),
});

const linkEnd = z.object({ namespace: z.string(), index: z.number(), name: z.string() });

const topologyDocument = z.object({
  schema: z.literal('netscope.topology/1'),
  host: z.object({ engines: z.array(z.object({ kind: z.string(), version: z.string() })) }),
  namespaces: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      kind: z.string(),
      containers: z.array(z.object({ id: z.string(), name: z.string(), networkMode: z.string() })),
      links: z.array(
        z.object({
          index: z.number(),
          name: z.string(),
          kind: z.string(),
          mac: z.string(),
          mtu: z.number(),
          addresses: z.array(z.string()),
          peer: linkEnd.nullable(),
          peerNote: z.string().nullable(),
          master: z.object({ index: z.number(), name: z.string() }).nullable(),
          parent: linkEnd.nullable(),
        }),
      ),
    }),
  ),
  bridges: z.array(
    z.object({
      namespace: z.string(),
      name: z.string(),
      network: z.string().nullable(),
      members: z.array(
        z.object({
          name: z.string(),
          index: z.number(),
          peer: z.object({ namespace: z.string(), name: z.string(), index: z.number() }).nullable(),
        }),
      ),
    }),
  ),
  publishedPorts: z.array(
    z.object({
      container: z.string(),
      hostPort: z.number(),
      containerPort: z.number(),
      by: z.array(z.string()),
    }),
  ),
  warnings: z.array(z.string()),
});

export type FlowsDocument = z.infer<typeof flowsDocument>;

export type ConnectionObject = z.infer<typeof connection>;
export type TopologyDocument = z.infer<typeof topologyDocument>;

export function parseFlows(text: string): FlowsDocument {
  return flowsDocument.parse(JSON.parse(text));
}

export function parseTopology(text: string): TopologyDocument {
  return topologyDocument.parse(JSON.parse(text));
}
