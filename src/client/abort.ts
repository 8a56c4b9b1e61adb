/**
 * What an abort was for. React Native's signals have no reason: theirs is an error by the name that all know.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { reasonOf } from "./abort.ts";
 *
 * assert.equal(reasonOf(AbortSignal.abort("enough")), "enough");
 * assert.equal((reasonOf({ aborted: true } as AbortSignal) as Error).name, "AbortError");
 * ```
 */
export function reasonOf(signal: AbortSignal | undefined): unknown {
  return signal?.reason ?? Object.assign(new Error("The request was given up."), { name: "AbortError" });
}
