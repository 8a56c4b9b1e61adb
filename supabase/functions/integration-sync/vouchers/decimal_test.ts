import assert from "node:assert/strict";
import fc from "fast-check";
import { formatDecimal, negateDecimal, parseDecimal, sumDecimals } from "./decimal.ts";

Deno.test("parseDecimal and formatDecimal give the text back when it is a plain decimal", () => {
  for (const text of ["0", "0.00", "1234.50", "-0.05", "999999999999999999.99999999"]) {
    const decimal = parseDecimal(text);
    assert.ok(decimal);
    assert.equal(formatDecimal(decimal), text);
  }
});

for (
  const text of ["", " 1", "1 ", "+1", "1.", ".5", "1e3", "1,5", "1_000", "0x10", "NaN", "--1", "١", "1\n"]
    .concat("1".repeat(19), "0.123456789")
) {
  Deno.test(`parseDecimal gives null when it reads ${JSON.stringify(text)}`, () => {
    assert.equal(parseDecimal(text), null);
  });
}

Deno.test("sumDecimals is exact when floats are not", () => {
  const tenths = Array.from({ length: 10 }, () => ({ units: 1n, scale: 1 }));
  assert.equal(formatDecimal(sumDecimals(tenths)), "1.0");
  const parts = ["9007199254740993.01", "0.001"].map((text) => parseDecimal(text) ?? assert.fail());
  assert.equal(formatDecimal(sumDecimals(parts)), "9007199254740993.011");
});

Deno.test("sumDecimals of amounts and their negations is zero when scales are mixed", () => {
  const decimal = fc.record({
    units: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
    scale: fc.integer({ min: 0, max: 8 }),
  });
  fc.assert(fc.property(fc.array(decimal), (decimals) => {
    return sumDecimals([...decimals, ...decimals.map(negateDecimal).reverse()]).units === 0n;
  }));
});
