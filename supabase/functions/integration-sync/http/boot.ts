import type { Boot } from "../database/worker_api.ts";

/**
 * Takes the boot's measures; call it when the isolate is ready to serve. `boot_ms` runs from the isolate's time origin
 * to that call: loading and running every module. It has neither the platform's placing of the isolate nor the idle
 * time before the first request. For a pre-warmed isolate that would be longer than the boot.
 *
 * The function that it returns gives the boot for one request; `cold_start` is true for the first.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { recordBoot } from "./boot.ts";
 *
 * const nextBoot = recordBoot({ randomUUID: () => crypto.randomUUID(), elapsed: () => performance.now() });
 * const [first, second] = [nextBoot(), nextBoot()];
 * assert.deepEqual([first.cold_start, second.cold_start], [true, false]);
 * assert.equal(first.boot_id, second.boot_id);
 * ```
 */
export function recordBoot(source: {
  readonly randomUUID: () => string;
  readonly elapsed: () => number;
}): () => Boot {
  const boot_id = source.randomUUID();
  const boot_ms = Math.round(source.elapsed() * 10) / 10;
  let cold_start = true;
  return () => {
    const boot = { boot_id, boot_ms, cold_start };
    cold_start = false;
    return boot;
  };
}
