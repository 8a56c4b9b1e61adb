import assert from "node:assert/strict";
import { reportFailures } from "./report_failures.ts";

const long = Array.from({ length: 100 }, (_, n) => `+   line ${n}`).join("\n");

Deno.test("of a long difference the beginning is shown, and where it was found", () => {
  const text =
    `AssertionError: not equal\n\n${long}\n    at file:///x/a_test.ts:3:63\n    at ext:cli/40_test.js:1:2`;
  const lines = reportFailures([{ name: "./a_test.ts: a > b", text }]);
  assert.equal(lines.length, 15);
  assert.deepEqual(lines.slice(0, 3), [
    "✗ ./a_test.ts: a > b",
    "    AssertionError: not equal",
    "    +   line 0",
  ]);
  assert.equal(lines.at(-1), "    at file:///x/a_test.ts:3:63");
});

Deno.test("many failures are all shown, each in fewer lines", () => {
  const failures = Array.from(
    { length: 50 },
    (_, n) => ({ name: `test ${n}`, text: `Error: ${n}\n${long}` }),
  );
  assert.deepEqual(reportFailures(failures).slice(-2), ["✗ test 49", "    Error: 49"]);
  assert.deepEqual(reportFailures([]), []);
});
