/** Two panes: side by side where the terminal is wide, else one above the other. */
export interface Area {
  readonly column: number;
  readonly row: number;
  readonly width: number;
  readonly height: number;
}

/** The part of the first pane: of the width when side by side, of the height otherwise. */
export interface Share {
  readonly across: number;
  readonly down: number;
  /** The width from which on they stand side by side. */
  readonly wide: number;
}

export function split(width: number, height: number, share: Share): readonly [Area, Area] {
  if (width >= share.wide) {
    const left = Math.round(width * share.across);
    return [
      { column: 0, row: 0, width: left, height },
      { column: left, row: 0, width: width - left, height },
    ];
  }
  const above = Math.max(5, Math.round(height * share.down));
  return [
    { column: 0, row: 0, width, height: above },
    { column: 0, row: above, width, height: height - above },
  ];
}

export function sideBySide(areas: readonly [Area, Area]): boolean {
  return areas[0].row === areas[1].row;
}

export function isInside(area: Area, column: number, row: number): boolean {
  return (
    column >= area.column &&
    column < area.column + area.width &&
    row >= area.row &&
    row < area.row + area.height
  );
}
