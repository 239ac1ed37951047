/** A small pane over the lower right corner of the view. */
import { Box } from 'ink';
import type { ReactElement } from 'react';
import { fitLine, type Line, paintLine, piece, widthOfLine } from '../text/line.ts';
import type { Theme } from '../theme.ts';
import { Pane } from './pane.tsx';

export interface FloatProps {
  readonly title: string;
  readonly lines: readonly Line[];
  /** First line to show where there is no room for all. */
  readonly offset?: number;
  /** The area that it lies over, below the header. */
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

/** Columns that a float takes at least, borders and margins included. */
const narrowest = 30;

export function Float({ title, lines, offset = 0, width, height, theme }: FloatProps): ReactElement {
  const widest = lines.reduce((most, line) => Math.max(most, widthOfLine(line)), title.length + 4);
  const columns = Math.min(width - 2, Math.max(narrowest, widest + 4));
  const rows = Math.min(height - 2, lines.length + 2);
  const inner = columns - 2;
  const painted = lines.slice(offset, offset + rows - 2).map((line) => {
    const fitted = fitLine([piece(' '), ...line], inner, 'left', theme.symbols.ellipsis);
    return paintLine(fitted, theme);
  });
  return (
    <Box position="absolute" marginLeft={width - columns - 1} marginTop={height - rows - 1}>
      <Pane
        theme={theme}
        title={[piece(title, 'strong')]}
        width={columns}
        height={rows}
        focused
        lines={painted}
        scroll={{ offset, count: lines.length, shown: rows - 2 }}
      />
    </Box>
  );
}

/** The first line to show so that the line of the cursor is in sight. */
export function offsetFor(cursor: number, count: number, height: number): number {
  const shown = Math.min(height - 4, count);
  return Math.max(0, Math.min(count - shown, cursor - shown + 1));
}
