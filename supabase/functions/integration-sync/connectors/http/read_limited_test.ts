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

Deno.test("readLimited stops reading when the body does not end in time", async () => {
  const late = new AbortController();
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull(stream) {
      if (late.signal.aborted) return;
      stream.enqueue(new Uint8Array(1));
      // After one byte nothing more comes, and the time is over while the reader waits for it.
      setTimeout(() => late.abort());
      return new Promise(() => {});
    },
    cancel() {
      cancelled = true;
      return new Promise(() => {});
    },
  }, { highWaterMark: 0 });
  await assert.rejects(readLimited(body, 10, late.signal), { name: "AbortError" });
  assert.equal(cancelled, true);
});

Deno.test("readLimited passes on what broke the body", async () => {
  const body = new ReadableStream<Uint8Array>({
    start: (stream) => stream.error(new Error("connection lost")),
  });
  await assert.rejects(readLimited(body, 10, new AbortController().signal), /connection lost/);
});
