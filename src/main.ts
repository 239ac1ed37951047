#!/usr/bin/env node
const { run } = await import('./cli/program.ts');

await run(process.argv);
