/** Rows that are asked for at once at most: what a Data API gives by default. */
export const MOST_ROWS = 1_000;

/** Rows, and how many more there are behind them; null if the API did not count. */
export interface Part<Row> {
  readonly rows: readonly Row[];
  readonly left: number | null;
}

/** How a list is read. */
export interface ReadAllOptions<Row> {
  /** The next rows: behind `last`, which is undefined at the start, after `known` rows, `wanted` at most. */
  ask(last: Row | undefined, wanted: number, known: number): Promise<Part<Row>>;
  /** What makes a row one of its own. */
  idOf(row: Row): unknown;
  /** Rows that are enough; all of them, if left out. */
  readonly most?: number | undefined;
  /** The longest answer that this Data API is known to have given. */
  readonly longest?: number | undefined;
}

/**
 * Reads a list to its end. A Data API cuts every answer at its `max_rows`, so a short answer may be cut or the last. It is
 * the last if the API says that nothing is left. An API that did not count is asked again, unless a longer answer was given
 * before: then only the end makes this one shorter.
 *
 * Every answer must bring a row that is new. So the reading ends, whatever the server repeats.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readAll } from "./read_all.ts";
 *
 * // A list of five, by a server that gives two at once and does not count.
 * let asked = 0;
 * const ask = (last = 0) => {
 *   asked++;
 *   return Promise.resolve({ rows: [1, 2, 3, 4, 5].filter((n) => n > last).slice(0, 2), left: null });
 * };
 * const { rows } = await readAll({ ask, idOf: (n) => n });
 * assert.deepEqual([rows, asked], [[1, 2, 3, 4, 5], 3]);
 * ```
 */
export async function readAll<Row>(
  { ask, idOf, most = Infinity, longest = 0 }: ReadAllOptions<Row>,
): Promise<{ rows: Row[]; longest: number }> {
  const rows = new Map<unknown, Row>();
  let last: Row | undefined;
  while (rows.size < most) {
    const known = rows.size;
    const wanted = Math.min(most - known, MOST_ROWS);
    const answer = await ask(last, wanted, known);
    for (const row of answer.rows) rows.set(idOf(row), row);
    last = answer.rows.at(-1);
    const isShort = answer.rows.length < Math.min(wanted, longest);
    longest = Math.max(longest, answer.rows.length);
    if (rows.size === known || (answer.left === null ? isShort : answer.left <= 0)) break;
  }
  return { rows: [...rows.values()].slice(0, most), longest };
}
