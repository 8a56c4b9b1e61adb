import assert from "node:assert/strict";
import { readLimited } from "./read_limited.ts";

Deno.test("readLimited gives the text when a letter is split between two chunks", async () => {
  const bytes = new TextEncoder().encode("æ");
  const body = ReadableStream.from([bytes.slice(0, 1), bytes.slice(1)]);
  assert.deepEqual(await readLimited(body, 2), { kind: "text", text: "æ" });
});

Deno.test("readLimited stops reading when the limit is passed", async () => {
  let pulled = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull(stream) {
      pulled++;
      stream.enqueue(new Uint8Array(1000));
    },
    cancel() {
      cancelled = true;
    },
  }, { highWaterMark: 0 });
  assert.deepEqual(await readLimited(body, 2500), { kind: "too_large" });
  assert.deepEqual([pulled, cancelled], [3, true]);
});

Deno.test("readLimited gives an empty text when there is no body", async () => {
  assert.deepEqual(await readLimited(null, 10), { kind: "text", text: "" });
});
