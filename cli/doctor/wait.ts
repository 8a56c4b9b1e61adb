/**
 * Asks until the answer is yes or the time is over, and says which.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { until } from "./wait.ts";
 *
 * assert.equal(await until(() => Promise.resolve(true), 1000), true);
 * assert.equal(await until(() => Promise.resolve(false), 0), false);
 * ```
 */
export async function until(answer: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!await answer()) {
    if (performance.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, Math.min(200, timeoutMs)));
  }
  return true;
}
