export const flowFilter =
  (_: string | undefined) =>
  (_flow: unknown): boolean =>
    true;
export const packetFilter =
  (_: string | undefined) =>
  (_d: unknown): boolean =>
    true;
