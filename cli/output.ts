import { stripVTControlCharacters } from "node:util";

/** A column of a table for people. */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | null | undefined;
}

/**
 * Rows as a table for a terminal. Texts that others wrote may not steer the terminal: they lose their control characters.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatTable } from "./output.ts";
 *
 * const table = formatTable([{ a: "webhook", b: 2 }], [
 *   { title: "TYPE", value: (row) => row.a },
 *   { title: "RUNS", value: (row) => row.b },
 * ]);
 * assert.equal(table, "TYPE     RUNS\nwebhook  2");
 * ```
 */
export function formatTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ value }) => plain(String(value(row) ?? "-")))),
  ];
  const widths = columns.map((_, n) => Math.max(...lines.map((cells) => cells[n]?.length ?? 0)));
  return lines.map((cells) => cells.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join("  ").trimEnd()).join(
    "\n",
  );
}

/**
 * A text in one line, without what a terminal would act on.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { plain } from "./output.ts";
 *
 * assert.equal(plain("\u001b[31mred\u001b[0m\nnext\u0007"), "red next ");
 * ```
 */
export function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  return stripVTControlCharacters(text).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, " ");
}

/**
 * An instant as people read it, in UTC.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { instant } from "./output.ts";
 *
 * assert.equal(instant("2026-11-29T18:40:05.123+00:00"), "2026-11-29 18:40:05Z");
 * assert.equal(instant(null), null);
 * ```
 */
export function instant(time: string | Date | null): string | null {
  if (time === null) return null;
  const parsed = new Date(time);
  return Number.isNaN(parsed.getTime())
    ? String(time)
    : parsed.toISOString().replace("T", " ").replace(/\.\d+/, "");
}

/** Prints a value for a program. */
export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}
