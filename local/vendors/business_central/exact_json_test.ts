import assert from "node:assert/strict";
import { ExactNumber, fromCents, parseExact, stringifyExact, toCents } from "./exact_json.ts";

Deno.test("parseExact and stringifyExact keep every digit when numbers are beyond floats", () => {
  const text = '{"amount":12345678901234567.10,"text":"1.50","list":[0.10,-3]}';
  assert.equal(stringifyExact(parseExact(text)), text);
});

for (
  const [digits, cents] of [
    ["0", 0n],
    ["12.5", 1250n],
    ["-0.05", -5n],
    ["90071992547409.93", 9007199254740993n],
    ["1.005", 101n],
    ["-1.005", -101n],
    ["1.0049", 100n],
  ] as const
) {
  Deno.test(`toCents makes ${cents} hundredths when the number is ${digits}`, () => {
    assert.equal(toCents(new ExactNumber(digits)), cents);
  });
}

for (const [cents, digits] of [[0n, "0"], [1250n, "12.5"], [-5n, "-0.05"], [10000n, "100"]] as const) {
  Deno.test(`fromCents writes ${digits} when there are ${cents} hundredths`, () => {
    assert.equal(fromCents(cents).digits, digits);
  });
}
