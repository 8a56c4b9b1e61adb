/** Text, or the fact that there is more of it than we are willing to hold. */
export type LimitedText =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "too_large" };

/**
 * Reads a body up to a limit in bytes; what goes beyond is never held in memory. The declared length is not
 * believed: it may be missing, wrong, or that of compressed data. Throws what broke the body, or the signal's reason.
 *
 * @param body What is read.
 * @param maxBytes Most bytes that are taken.
 * @param signal Aborted when it has taken too long. The body of a `fetch` needs none: it ends with its request's.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readLimited } from "./read_limited.ts";
 *
 * assert.deepEqual(await readLimited(new Response("abc").body, 3), { kind: "text", text: "abc" });
 * assert.deepEqual(await readLimited(new Response("abcd").body, 3), { kind: "too_large" });
 * await assert.rejects(readLimited(new ReadableStream(), 3, AbortSignal.abort()), { name: "AbortError" });
 * ```
 */
export async function readLimited(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<LimitedText> {
  if (body === null) return { kind: "text", text: "" };
  const reader = body.getReader();
  // Nothing waits for it: a system that sends without end need not answer that we stop listening either.
  const stop = () => void reader.cancel().catch(() => {});
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  try {
    return await readAll(reader, maxBytes, signal);
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
  }
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<LimitedText> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  while (true) {
    const { done, value } = await reader.read();
    // A cancelled stream reads as one that is at its end.
    signal?.throwIfAborted();
    if (done) return { kind: "text", text: text + decoder.decode() };
    size += value.byteLength;
    if (size > maxBytes) return { kind: "too_large" };
    text += decoder.decode(value, { stream: true });
  }
}
