/** Starts a live capture with the backend that was asked for. */
import type { CaptureBackend, CaptureRequest, LiveCapture, LiveSink } from './model.ts';
import { pcapBackend } from './pcap-capture.ts';

/**
 * Captures on all targets, or on none.
 *
 * @throws NetscopeError before anything starts: usage for a bad filter or an unknown interface; privilege;
 *   missing when neither libpcap nor cap can be loaded.
 */
export async function openCapture(request: CaptureRequest, sink: LiveSink): Promise<LiveCapture> {
  const backend: CaptureBackend = pcapBackend;
  return backend.open(request, sink);
}
