import assert from "node:assert/strict";
import { type Part, readAll } from "./read_all.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

/** A list by a cursor, from a server that gives `cap` rows at once, and counts or not. */
function server(count: number, cap: number, counts: boolean) {
  const limits: number[] = [];
  const ask = (last: number | undefined, wanted: number): Promise<Part<number>> => {
    limits.push(wanted);
    const behind = numbers(count).filter((n) => n > (last ?? 0));
    const rows = behind.slice(0, Math.min(cap, wanted));
    return Promise.resolve({ rows, left: counts ? behind.length - rows.length : null });
  };
  return { ask, limits };
}
const idOf = (n: number) => n;

Deno.test("a list is read to its end when the server gives few rows at once, whether it counts or not", async () => {
  for (const counts of [true, false]) {
    for (const cap of [1, 2, 7, 10, 11, 999, 1000, 5000]) {
      for (const count of [0, 1, 2, 10, 11, 2345]) {
        const { rows } = await readAll({ ask: server(count, cap, counts).ask, idOf });
        assert.deepEqual(rows, numbers(count), `${count} rows, ${cap} at once, counted: ${counts}`);
      }
    }
  }
});

Deno.test("reads only as many rows as are wanted, and asks for only as many as a server gives", async () => {
  for (const cap of [3, 1000]) {
    const { ask, limits } = server(5000, cap, true);
    const { rows } = await readAll({ ask, idOf, most: 1500 });
    assert.equal(rows.length, 1500);
    assert.ok(Math.max(...limits) <= 1000);
  }
});

Deno.test("a server that counts is not asked once more than needed", async () => {
  for (const [count, cap, questions] of [[0, 10, 1], [10, 10, 1], [11, 10, 2], [3, 1000, 1]] as const) {
    const { ask, limits } = server(count, cap, true);
    await readAll({ ask, idOf });
    assert.equal(limits.length, questions, `${count} rows, ${cap} at once`);
  }
});

Deno.test("an answer that is shorter than one before is the last when the server does not count", async () => {
  const { ask, limits } = server(25, 10, false);
  await readAll({ ask, idOf });
  assert.equal(limits.length, 3);
});

Deno.test("reading ends when a server gives nothing at all, or the same page again and again", async () => {
  for (const left of [null, 0, 1, 1_000_000]) {
    const nothing = await readAll({ ask: () => Promise.resolve({ rows: [], left }), idOf });
    assert.deepEqual(nothing.rows, []);
    let asked = 0;
    const same = await readAll({ ask: () => Promise.resolve((asked++, { rows: [1, 2], left })), idOf });
    assert.deepEqual([same.rows, asked <= 2], [[1, 2], true]);
  }
});

Deno.test("a row that comes twice is one row, as it came last", async () => {
  const parts = [["a1", "b1"], ["b2", "c1"]];
  const ask = () => Promise.resolve({ rows: parts.shift() ?? [], left: parts.length });
  const { rows } = await readAll<string>({ ask, idOf: ([id]) => id });
  assert.deepEqual(rows, ["a1", "b2", "c1"]);
});
