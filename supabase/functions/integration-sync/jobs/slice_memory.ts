/**
 * What a slice leaves for the next one of its run, next to the connector's checkpoint.
 *
 * @module
 */
import * as z from "../core/zod.ts";

const storedSchema = z.object({
  $slice: z.object({ narrowing: z.unknown(), set_aside: z.int() }),
  connector: z.unknown(),
});

/** The two halves of a stored checkpoint. */
export interface SliceMemory {
  /** See `Narrowing.memory`. */
  readonly narrowing: unknown;
  /** Batches that were set aside so far: a slice that did only that has got on all the same. */
  readonly set_aside: number;
}

/**
 * Takes a stored checkpoint apart. One without our half is the connector's alone.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { joinCheckpoint, splitCheckpoint } from "./slice_memory.ts";
 *
 * const stored = joinCheckpoint({ narrowing: null, set_aside: 1 }, { page: 7 });
 * assert.deepEqual(splitCheckpoint(stored), { memory: { narrowing: null, set_aside: 1 }, connector: { page: 7 } });
 * assert.deepEqual(splitCheckpoint({ page: 7 }), { memory: null, connector: { page: 7 } });
 * ```
 */
export function splitCheckpoint(stored: unknown): { memory: SliceMemory | null; connector: unknown } {
  const { success, data } = storedSchema.safeParse(stored);
  if (!success) return { memory: null, connector: stored ?? null };
  const { $slice: { narrowing = null, set_aside }, connector = null } = data;
  return { memory: { narrowing, set_aside }, connector };
}

/**
 * Puts the halves together. Without anything to remember the connector's half is stored as it is.
 *
 * @param memory Our half; null when there is nothing to remember and nothing of it is stored.
 * @param connector The connector's half.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { joinCheckpoint } from "./slice_memory.ts";
 *
 * assert.deepEqual(joinCheckpoint(null, { page: 7 }), { page: 7 });
 * ```
 */
export function joinCheckpoint(memory: SliceMemory | null, connector: unknown): unknown {
  return memory === null ? connector : { $slice: memory, connector };
}
