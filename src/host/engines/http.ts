/** JSON over HTTP from an engine's socket. */
import { type RequestOptions, request } from 'node:http';

/** Where an engine answers: a unix socket or a host and port. */
export type EngineAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

const milliseconds = 2000;
/** An inspected container is some 10 kB; a list of a thousand stays far below. */
const maximumBytes = 64 * 1024 * 1024;

/** What node:http needs to GET `path` there. */
export function engineOptions(address: EngineAddress, path: string): RequestOptions {
  return {
    ...(address.kind === 'unix' ? { socketPath: address.path } : { host: address.host, port: address.port }),
    path,
    headers: { Host: 'localhost', Accept: 'application/json' },
  };
}

/**
 * GET `path`, parsed as JSON.
 *
 * @throws Error with the engine's words for any status but 200, a timeout of 2 s without a byte, or bad JSON.
 */
export async function getJson(address: EngineAddress, path: string): Promise<unknown> {
  const body = await get(address, path);
  try {
    const value: unknown = JSON.parse(body);
    return value;
  } catch {
    throw new Error(`${path} answered with something that is not JSON`);
  }
}

function get(address: EngineAddress, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { ...engineOptions(address, path), agent: false, timeout: milliseconds },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > maximumBytes) outgoing.destroy(new Error(`${path} answered with too much`));
          else chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString('utf8');
          if (response.statusCode === 200) resolve(body);
          else reject(new Error(`${path} answered ${response.statusCode}: ${body.trim().slice(0, 200)}`));
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${milliseconds / 1000} s`)));
    outgoing.on('error', reject);
    outgoing.end();
  });
}
