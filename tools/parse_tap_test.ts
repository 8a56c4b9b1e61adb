import assert from "node:assert/strict";
import { parseTap } from "./parse_tap.ts";

Deno.test("parseTap reads passing assertions", () => {
  const report = parseTap("1..2\nok 1 - first\nok 2 - second");
  assert.deepEqual(report.assertions.map(({ name, passed }) => [name, passed]), [["first", true], [
    "second",
    true,
  ]]);
  assert.deepEqual(report.problems, []);
});

Deno.test("parseTap reads a failing assertion with what pgTAP says of it", () => {
  const report = parseTap(
    '1..1\nnot ok 1 - is one\n# Failed test 1: "is one"\n#         have: 2\n#         want: 1',
  );
  assert.equal(report.assertions[0]?.passed, false);
  assert.match(report.assertions[0]?.diagnostics ?? "", /have: 2[^]*want: 1/);
  assert.deepEqual(report.problems, []);
});

Deno.test("parseTap reports a plan that was not kept", () => {
  for (const output of ["1..3\nok 1 - a\nok 2 - b", "1..1\nok 1 - a\nok 2 - b", "ok 1 - no plan"]) {
    const { problems } = parseTap(output);
    assert.ok(problems.length > 0, output);
  }
});

Deno.test("parseTap reports a bail-out", () => {
  assert.ok(parseTap("1..2\nok 1 - a\nBail out!  no more").problems.some((text) => text.includes("no more")));
});

Deno.test("parseTap reports output without any assertion", () => {
  assert.ok(parseTap("").problems.length > 0);
  assert.ok(parseTap("hello").problems.length > 0);
});

Deno.test("parseTap excuses TODO and SKIP, and says so in the name", () => {
  const report = parseTap("1..2\nnot ok 1 - later # TODO not yet\nok 2 # SKIP no pg_cron here");
  assert.deepEqual(report.assertions.map(({ passed }) => passed), [true, true]);
  assert.match(report.assertions[0]?.name ?? "", /later # TODO/);
  assert.deepEqual(report.problems, []);
});

Deno.test("parseTap ignores lines that are not TAP", () => {
  const report = parseTap("1..1\n|\nsome row|2\nok 1 - fine");
  assert.equal(report.assertions.length, 1);
  assert.deepEqual(report.problems, []);
});
