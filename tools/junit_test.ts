import assert from "node:assert/strict";
import { countJunit } from "./junit.ts";

Deno.test("refuses a report that is cut off or something else", () => {
  for (const text of ["", "<testsuites><testcase>", "<html></html>"]) {
    assert.throws(() => countJunit(text), /JUnit report/, text);
  }
});
