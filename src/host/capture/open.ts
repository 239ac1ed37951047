/** Starts a live capture with the backend that was asked for. */
import { exitStatus, NetscopeError } from '../../util/errors.ts';
import { capBackend } from './cap-capture.ts';
import { libpcap } from './libpcap.ts';
import type { CaptureRequest, LiveCapture, LiveSink } from './model.ts';
import { pcapBackend } from './pcap-capture.ts';

/**
 * Captures on all targets, or on none. Where libpcap does not load through FFI, cap is used if it is installed,
 * and `notes` say so.
 *
 * @throws NetscopeError before anything starts: usage for a bad filter or an unknown interface; privilege;
 *   missing when neither libpcap nor cap can be loaded.
 */
export async function openCapture(request: CaptureRequest, sink: LiveSink): Promise<LiveCapture> {
  switch (request.backend) {
    case 'cap':
      return capBackend.open(request, sink);
    case 'libpcap':
      try {
        libpcap();
      } catch (error) {
        if (!(error instanceof NetscopeError)) throw error;
        return withCapInstead(request, sink, error);
      }
      return pcapBackend.open(request, sink);
  }
}

async function withCapInstead(
  request: CaptureRequest,
  sink: LiveSink,
  error: NetscopeError,
): Promise<LiveCapture> {
  let capture: LiveCapture;
  try {
    capture = await capBackend.open(request, sink);
  } catch (other) {
    // libpcap is the better choice, so how to get it is the better advice, unless cap got further.
    if (other instanceof NetscopeError && other.status !== exitStatus.missing) throw other;
    throw error;
  }
  return {
    interfaces: capture.interfaces,
    notes: [`libpcap cannot be used: ${error.why.split('\n')[0]}`, ...capture.notes],
    ended: capture.ended,
    stop: () => capture.stop(),
  };
}
