import { defineConfig } from 'rolldown';

// A few files instead of hundreds: finding and linking modules was most of the start-up time (docs/decisions.md). What is
// imported dynamically stays a chunk of its own, which only the commands that need it load.
export default defineConfig({
  input: { main: 'src/main.ts', 'cap-child': 'src/host/capture/cap-child.ts' },
  platform: 'node',
  logLevel: 'warn',
  // Of Ink's own debugging, which is not installed.
  external: ['react-devtools-core'],
  // As groups that take no dependencies along need it.
  preserveEntrySignatures: 'allow-extension',
  transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  output: {
    dir: 'dist',
    sourcemap: true,
    // All chunks in one folder: src/cli/package-files.ts and src/host/capture/cap-process.ts count on it.
    entryFileNames: ({ name }) => (name === 'main' ? 'main.js' : 'chunks/[name].js'),
    chunkFileNames: 'chunks/[name].js',
    // What many commands load, and what reading a host takes, a file each: each file costs 0.4 ms of processor time.
    codeSplitting: {
      groups: [
        {
          name: 'base',
          test: /src\/(util|host\/(ffi|inet)|snapshot\/create|cli\/(output|version|errors|options|program)|tui\/palettes)|node_modules\/commander/,
          priority: 2,
        },
        {
          name: 'snapshot',
          test: /src\/(host\/(?!capture|bpf|trace|probe|doctor|watch|names|conntrack-events|open-vswitch-database|engines\/(?!addresses|cgroups|conmon|files|peer|read|sandboxes|silent|tasks)|rules\/run)|session\/read-host)/,
          priority: 1,
          includeDependenciesRecursively: false,
        },
      ],
    },
  },
});
