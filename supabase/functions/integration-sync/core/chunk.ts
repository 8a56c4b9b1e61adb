/**
 * Cuts a list into parts of at most `size`, in order.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { chunk } from "./chunk.ts";
 *
 * assert.deepEqual(chunk([1, 2, 3], 2), [[1, 2], [3]]);
 * assert.deepEqual(chunk([], 2), []);
 * ```
 */
export function chunk<T>(list: readonly T[], size: number): T[][] {
  const count = Math.ceil(list.length / size);
  return Array.from({ length: count }, (_, index) => list.slice(index * size, (index + 1) * size));
}
