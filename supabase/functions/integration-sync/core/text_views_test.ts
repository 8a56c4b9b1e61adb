import assert from "node:assert/strict";
import fc from "fast-check";
import { viewsOf } from "./text_views.ts";

/** The most characters that all views of a text may have together, for each byte of it. */
const most = 63;

const fragments = [
  "%25",
  "%2525",
  "\\\\u0041",
  "\\x41",
  "&amp;amp;",
  "&#37;",
  "QUJD",
  "41424344",
  "4142:4344",
  " ",
  "\n",
  "é",
  "😀",
  "a",
  "==",
];

Deno.test("the views of any text are together a constant times as long as the text", () => {
  const texts = fc.oneof(
    fc.string({ unit: "binary", maxLength: 400 }),
    fc.array(fc.constantFrom(...fragments), { maxLength: 200 }).map((parts) => parts.join("")),
    fc.tuple(fc.constantFrom(...fragments), fc.nat({ max: 400 })).map(([part, times]) => part.repeat(times)),
  );
  fc.assert(fc.property(texts, (text) => {
    let total = 0;
    for (const { bytes, starts, ends } of viewsOf(text)) {
      assert.deepEqual([starts.length, ends.length], [bytes.length, bytes.length]);
      assert.ok(
        starts.every((start, at) => start >= 0 && start <= (ends[at] ?? 0) && (ends[at] ?? 0) <= text.length),
      );
      total += bytes.length;
    }
    // One more for each run that ends.
    assert.ok(total <= most * (new TextEncoder().encode(text).length + 1), `${total} of ${text.length}`);
  }));
});
