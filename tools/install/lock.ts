import { join } from "node:path";
import { TEMPORARY } from "./host.ts";
import { Refusal } from "./refusal.ts";

/** The file that says that somebody is installing. */
export const LOCK = `.install${TEMPORARY}`;

/**
 * Does something while nobody else installs into the same project: two that plan at once would bring every migration twice,
 * a second apart. The lock ends with its process, however that ends; the file is gone afterwards.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { whileLocked } from "./lock.ts";
 *
 * const supabase = await Deno.makeTempDir();
 * assert.equal(await whileLocked(supabase, () => Promise.resolve(1)), 1);
 * assert.deepEqual(await Array.fromAsync(Deno.readDir(supabase)), []);
 * await Deno.remove(supabase);
 * ```
 */
export async function whileLocked<T>(supabase: string, work: () => Promise<T>): Promise<T> {
  const path = join(supabase, LOCK);
  using file = await acquire(path).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal(`${supabase} cannot be written: ${why}. Mend that; nothing was changed.`);
  });
  try {
    return await work();
  } finally {
    // While it is held: whoever waits for it finds that it is gone, and makes a new one.
    await Deno.remove(path).catch(() => {});
    await file.unlock();
  }
}

async function acquire(path: string): Promise<Deno.FsFile> {
  for (;;) {
    const file = await Deno.open(path, { create: true, write: true });
    await file.lock(true);
    const [held, there] = [await file.stat(), await Deno.stat(path).catch(() => null)];
    if (there !== null && there.ino === held.ino) return file;
    file.close();
  }
}
