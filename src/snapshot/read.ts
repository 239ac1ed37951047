import { exitStatus, NetscopeError } from '../util/errors.ts';
import { snapshotSchemaName } from './create.ts';
import { type HostSnapshot, snapshotSchema } from './schema.ts';

/**
 * Parses and validates a snapshot's JSON text.
 *
 * @param name what the text came from, for the message: a file's name.
 * @throws NetscopeError (unreadable) when it is not JSON, not a snapshot, or of another version.
 */
export function parseSnapshot(text: string, name: string): HostSnapshot {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable(name, cause instanceof Error ? cause.message : 'it is not JSON', cause);
  }
  const version = isObject(value) ? value.schema : undefined;
  if (version !== snapshotSchemaName) {
    throw unreadable(
      name,
      typeof version === 'string' && version.startsWith('netscope.snapshot/')
        ? `it is of version ${version}, and this netscope reads ${snapshotSchemaName}`
        : 'it is JSON, but not a snapshot',
    );
  }
  // Compiling the schema costs more than it saves, also with 500 namespaces.
  const parsed = snapshotSchema.safeParse(value, { jitless: true });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw unreadable(name, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`);
  }
  return parsed.data;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function unreadable(name: string, why: string, cause?: unknown): NetscopeError {
  return new NetscopeError(
    {
      tried: `read the snapshot ${name}`,
      why,
      todo: 'give a file that `netscope snapshot -w` wrote',
      status: exitStatus.unreadable,
    },
    { cause },
  );
}
