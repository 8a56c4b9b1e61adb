import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
// @ts-types="npm:@types/proper-lockfile@4.1.4"
import lockfile from "proper-lockfile";
import { errorCode } from "../error_code.ts";
import { TEMPORARY } from "./host.ts";
import { InstallError } from "./install_error.ts";

/** The folder that exists while an install runs. */
export const LOCK = `.install${TEMPORARY}`;

/** A lock that its process has not renewed for this long belongs to a process that ended. */
const STALE_MS = 10_000;

/**
 * Does something while no other install runs in the same project: two that plan at once would bring every migration
 * twice, a second apart. Waits while another process holds the lock. A process that dies leaves a lock which the next
 * install takes over after 10 seconds.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { mkdtemp, readdir, rmdir } from "node:fs/promises";
 * import { whileLocked } from "./lock.ts";
 *
 * const supabase = await mkdtemp("/tmp/project-");
 * assert.equal(await whileLocked(supabase, () => Promise.resolve(1)), 1);
 * assert.deepEqual(await readdir(supabase), []);
 * await rmdir(supabase);
 * ```
 */
export async function whileLocked<T>(supabase: string, work: () => Promise<T>): Promise<T> {
  const release = await acquire(supabase).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new InstallError(`${supabase} cannot be written: ${why}. Fix that; nothing was changed.`);
  });
  try {
    return await work();
  } finally {
    // A person who removed the lock by hand wanted it gone.
    await release().catch(() => {});
  }
}

/** The library would retry every error for ever, a read-only folder's too: only a lock that is held is waited for. */
async function acquire(supabase: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      return await lockfile.lock(supabase, {
        lockfilePath: join(supabase, LOCK),
        stale: STALE_MS,
        // A process that was stopped for that long goes on where it was: its files are whole, and an install repairs the rest.
        onCompromised: () => {},
      });
    } catch (error) {
      if (errorCode(error) !== "ELOCKED") throw error;
      await setTimeout(50 + Math.random() * 50);
    }
  }
}
