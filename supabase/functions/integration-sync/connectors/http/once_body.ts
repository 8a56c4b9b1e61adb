/**
 * The body of a request that must go out once.
 *
 * Deno's fetch sends a request again by itself when a kept connection is cut before the answer. It does so for a POST
 * too, although the other side may have acted on it (https://github.com/denoland/deno/pull/32566). It needs the body
 * for that. A Blob is read as a stream, which is gone then. Its length is known all the same, so no receiver has to
 * take it in chunks.
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
