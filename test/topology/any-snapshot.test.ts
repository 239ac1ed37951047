import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildTopology } from '../../src/topology/build.ts';
import { drawDot } from '../../src/topology/draw/dot.ts';
import { drawMermaid } from '../../src/topology/draw/mermaid.ts';
import { drawTree } from '../../src/topology/draw/tree.ts';
import { drawWay } from '../../src/topology/draw/way.ts';
import { createLookup } from '../../src/topology/lookup.ts';
import { anySnapshot, word } from './random-snapshot.ts';

it('any snapshot gives a topology with unique names, drawings without control characters, and an end to every way', () => {
  fc.assert(
    fc.property(anySnapshot, word, (given, spec) => {
      const topology = buildTopology(given);
      const names = topology.namespaces.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      const lookup = createLookup(topology);
      for (const { id } of topology.namespaces) drawWay(lookup.wayOut(id), { width: 40 });
      for (const drawn of [drawTree(topology), drawDot(topology), drawMermaid(topology)]) {
        expect(drawn).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      }
      try {
        lookup.resolveInterfaces([spec]);
      } catch (error) {
        expect(error).toMatchObject({ name: 'NetscopeError', status: 2 });
      }
    }),
    { numRuns: 300 },
  );
});
