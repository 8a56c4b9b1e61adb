/** Text, or the fact that there is more of it than we are willing to hold. */
export type LimitedText =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "too_large" };

/**
 * Reads a body up to a limit in bytes; what goes beyond is never held in memory. The declared length is not
 * believed: it may be missing, wrong, or that of compressed data.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readLimited } from "./read_limited.ts";
 *
 * assert.deepEqual(await readLimited(new Response("abc").body, 3), { kind: "text", text: "abc" });
 * assert.deepEqual(await readLimited(new Response("abcd").body, 3), { kind: "too_large" });
 * ```
 */
export async function readLimited(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<LimitedText> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  // Leaving the loop early cancels the stream.
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) return { kind: "too_large" };
    text += decoder.decode(chunk, { stream: true });
  }
  return { kind: "text", text: text + decoder.decode() };
}
