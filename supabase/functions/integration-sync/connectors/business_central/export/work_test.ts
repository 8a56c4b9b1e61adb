import assert from "node:assert/strict";
import { beginWork, emptyBooks, voucher } from "../testing/books.ts";
import { isOpen, recordStanding } from "./work.ts";

Deno.test("a voucher is no longer in doubt when a read shows none of its lines", () => {
  const work = beginWork(emptyBooks(), [voucher]);
  work.doubtful.add("UB-1 of 2026-11-23");
  assert.equal(isOpen(work, voucher), true);
  recordStanding(work, []);
  // In doubt for ever, it would wait for a person, although it was not taken.
  assert.equal(isOpen(work, voucher), false);
});
