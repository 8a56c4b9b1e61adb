/**
 * The body of a request that must go out once.
 *
 * Deno's fetch sends a request again by itself when a connection that it had kept is cut before the answer, a POST too,
 * although the other side may have done what was asked (https://github.com/denoland/deno/pull/32566). It does so only if
 * it still has the body: a Blob is read as a stream, which is gone then, and its length is known all the same, so that no
 * receiver has to take it in chunks.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { onceBody } from "./once_body.ts";
 *
 * const request = new Request("https://erp.example/", { method: "POST", body: onceBody("Tromsø") });
 * assert.equal(await request.text(), "Tromsø");
 * ```
 */
export function onceBody(text: string): Blob {
  return new Blob([text]);
}
