// One table per topic, aligned, on standard output.

/** Prints `rows` (arrays of cells) under `columns`; text to the left, everything else to the right. */
export function printTable(title, columns, rows, notes = []) {
  const cells = rows.map((row) => row.map((cell) => (cell === undefined || cell === null ? '-' : String(cell))));
  const widths = columns.map((column, at) => Math.max(column.length, ...cells.map((row) => row[at].length)));
  const line = (row) => row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join('  ').trimEnd();
  console.log(`\n${title}\n${'='.repeat(title.length)}`);
  console.log(line(columns));
  console.log(widths.map((width) => '-'.repeat(width)).join('  '));
  for (const row of cells) console.log(line(row));
  for (const note of notes) console.log(`  ${note}`);
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** `value` with three significant digits, without an exponent. */
export function short(value) {
  if (!Number.isFinite(value)) return '-';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toFixed(Math.min(digits, 3));
}

export function ratio(value, base) {
  return Number.isFinite(value) && Number.isFinite(base) && base > 0 ? `${short(value / base)}x` : '-';
}

/** `ok` or what is missing to an expectation, for the last column. */
export function verdict(holds, expectation) {
  return holds ? `ok (${expectation})` : `SHORT OF ${expectation}`;
}
