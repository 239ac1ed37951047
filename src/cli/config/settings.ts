/** The one table of settings: what the config file may hold is read, checked and printed from it. */
import { z } from 'zod';
import { viewNames } from '../../tui/keymap.ts';
import { paletteNames } from '../../tui/palettes.ts';
import { colorChoices } from '../options.ts';

/** The largest snapshot length that libpcap takes (MAXIMUM_SNAPLEN in pcap-int.h). */
const longestSnaplen = 262_144;

const flag = z.boolean();
const lists = z.record(z.string(), z.array(z.string()));

/** The file as it is written; what is in `columns` and `keys` is looked at by tables.ts. */
export const fileSchema = z.strictObject({
  theme: z.enum(paletteNames).optional(),
  color: z.enum(colorChoices).optional(),
  ascii: flag.optional(),
  mouse: flag.optional(),
  fps: z.number().min(0.1).max(60).optional(),
  view: z.enum(viewNames).optional(),
  history: flag.optional(),
  interfaces: z.array(z.string()).optional(),
  filter: z.string().optional(),
  snaplen: z.int().min(1).max(longestSnaplen).optional(),
  numeric: flag.optional(),
  'docker-host': z.string().optional(),
  columns: lists.optional(),
  keys: lists.optional(),
});

/** The tables alone, whatever else there is. */
export const tablesSchema = z.object({
  columns: lists.optional().catch({}),
  keys: lists.optional().catch({}),
});

export type FileContents = z.infer<typeof fileSchema>;
type SettingName = Exclude<keyof FileContents, 'columns' | 'keys'>;

export interface Setting {
  readonly name: SettingName;
  /** What a value may be, in words. */
  readonly allowed: string;
  /** Where nothing is set; null where that depends on the terminal or the host. */
  readonly initial: string | number | boolean | null;
  readonly help: string;
}

const trueOrFalse = 'true or false';
const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');

const notes: Readonly<Record<SettingName, Omit<Setting, 'name'>>> = {
  theme: { allowed: quoted(paletteNames), initial: 'default', help: 'Colours of the TUI.' },
  color: { allowed: quoted(colorChoices), initial: 'auto', help: 'Whether there are colours at all.' },
  ascii: {
    allowed: trueOrFalse,
    initial: null,
    help: 'ASCII characters only. Default: where the terminal or its locale shows no others.',
  },
  mouse: { allowed: trueOrFalse, initial: true, help: 'Clicks and the wheel go to netscope.' },
  fps: { allowed: 'a number from 0.1 to 60', initial: 10, help: 'Frames a second at most.' },
  view: { allowed: quoted(viewNames), initial: 'topology', help: 'The view to start with.' },
  history: { allowed: trueOrFalse, initial: true, help: 'Keep what was typed for later sessions.' },
  interfaces: {
    allowed: 'a list of texts: ["web", "host:eth0"]',
    initial: null,
    help: 'What to capture on, as -i. Default: every bridge, every veth of the host, every uplink.',
  },
  filter: { allowed: 'a text', initial: '', help: 'Capture filter, as tcpdump takes it.' },
  snaplen: {
    allowed: `a whole number from 1 to ${longestSnaplen}`,
    initial: longestSnaplen,
    help: 'Bytes to keep of each packet.',
  },
  numeric: { allowed: trueOrFalse, initial: false, help: 'No container names for addresses.' },
  'docker-host': {
    allowed: 'a text',
    initial: null,
    help: "The engine's socket. Default: $DOCKER_HOST, else Docker's and Podman's usual ones.",
  },
};

export const settings: readonly Setting[] = fileSchema
  .keyof()
  .options.flatMap((name) => (name === 'columns' || name === 'keys' ? [] : [{ name, ...notes[name] }]));
