/** Lines that are painted already, in a box of their size. See surface.ts. */
import { Box, Text } from 'ink';
import { createContext, type ReactElement, useContext, useEffect, useState } from 'react';
import { createSurface, type Surface } from '../surface.ts';

export const SurfaceContext = createContext<Surface>(createSurface());

export interface PaintedProps {
  /** Each exactly `width` columns. */
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
}

export function Painted({ lines, width, height }: PaintedProps): ReactElement {
  const surface = useContext(SurfaceContext);
  const [slot] = useState(() => surface.open());
  useEffect(() => () => slot.release(), [slot]);
  return (
    <Box width={width} height={height} flexShrink={0}>
      <Text>{slot.token(lines, width)}</Text>
    </Box>
  );
}
