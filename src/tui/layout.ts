/** How the screen is divided: a header of two lines, the view, one line for keys or what is typed. */
export const smallest = { columns: 40, rows: 12 } as const;

export const headerRows = 2;
const footerRows = 1;

export function viewSize(columns: number, rows: number): { readonly width: number; readonly height: number } {
  return { width: columns, height: Math.max(1, rows - headerRows - footerRows) };
}

export function isTooSmall(columns: number, rows: number): boolean {
  return columns < smallest.columns || rows < smallest.rows;
}
