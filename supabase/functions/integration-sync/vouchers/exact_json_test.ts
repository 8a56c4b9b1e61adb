import assert from "node:assert/strict";
import fc from "fast-check";
import { ExactNumber, parseExactJson, stringifyExactJson } from "./exact_json.ts";

Deno.test("parseExactJson parses as JSON.parse does when numbers are read as their texts", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const text = JSON.stringify(value);
    const expected = JSON.parse(text, (_key, part) => typeof part === "number" ? JSON.stringify(part) : part);
    assert.deepEqual(parseExactJson(text), expected);
  }));
});

for (const text of ["", "{", '{"a":}', '"open', "[1,]"]) {
  Deno.test(`parseExactJson throws SyntaxError when it reads ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseExactJson(text), SyntaxError);
  });
}

Deno.test("parseExactJson passes over numbers in strings when quotes and backslashes are around them", () => {
  const value = { 'a"1\\': '\\"2,3', b: ["4\\\\", "\u2028 5"] };
  assert.deepEqual(parseExactJson(JSON.stringify(value)), value);
});

Deno.test("stringifyExactJson writes what JSON.stringify writes when there is no number in it", () => {
  const value = { text: 'Blåbær "ÆØÅ"\n\u{1F600}', list: [true, null, {}], nested: { a: [] } };
  assert.equal(stringifyExactJson(value), JSON.stringify(value));
});

for (const digits of ["", "1e3", "01", "1.", ".5", "+1", "NaN", "1,5", "1}"]) {
  Deno.test(`ExactNumber refuses ${JSON.stringify(digits)}`, () => {
    assert.throws(() => new ExactNumber(digits), RangeError);
  });
}
