import assert from "node:assert/strict";
import { changesBetween } from "./changes.ts";

Deno.test("names each field that differs, in lists and objects", () => {
  const sent = {
    period: "2026-11",
    payload: { text: "Course", lines: [{ amount: "1.00" }, { amount: "2.00" }] },
  };
  const now = { payload: { lines: [{ amount: "1.50" }], text: "Course" }, period: "2026-11" };
  assert.deepEqual(changesBetween(sent, now), [
    { path: "payload.lines[0].amount", before: "1.00", after: "1.50" },
    { path: "payload.lines[1]", before: { amount: "2.00" }, after: undefined },
  ]);
});

Deno.test("finds no change when only the order of the fields differs", () => {
  assert.deepEqual(changesBetween({ a: 1, b: [null] }, { b: [null], a: 1 }), []);
});

Deno.test("a value of another kind is one change", () => {
  assert.deepEqual(changesBetween({ a: [] }, { a: {} }), [{ path: "a", before: [], after: {} }]);
  assert.deepEqual(changesBetween({}, { a: null }), [{ path: "a", before: undefined, after: null }]);
});
