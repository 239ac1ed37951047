import type { CaptureInterface, PacketRecord } from '../capture-file/model.ts';
import type { HostSnapshot } from '../snapshot/schema.ts';
export interface RecordingTarget { readonly file: string; readonly megabytes?: number; readonly seconds?: number; readonly count?: number }
export class Recorder {
  static async open(_t: RecordingTarget, _s: HostSnapshot): Promise<Recorder> { return new Recorder(); }
  interface(_d: CaptureInterface): void {}
  packet(_r: PacketRecord, _f: number): void {}
  async finish(_i: readonly CaptureInterface[], _s: HostSnapshot | null): Promise<void> {}
}
