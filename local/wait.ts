/** Waiting for conditions, so that nothing in the platform or its tests sleeps for a guessed time. */

/** The longest time between two looks of a long wait. */
const SELDOM_MS = 200;

/**
 * Resolves with the first value of `probe` that is neither null, undefined nor false. It looks after `everyMs` at
 * first, and later after a twentieth of the time that it has waited. So many waiting tests leave the processor to what
 * they wait for.
 *
 * @example
 * ```ts ignore
 * const row = await until("the response", async () => (await sql`select 1 from t`)[0]);
 * ```
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  { timeoutMs = 180_000, everyMs = 20 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<NonNullable<Exclude<T, false>>> {
  const begin = performance.now();
  while (true) {
    const value = await probe();
    if (value !== null && value !== undefined && value !== false) {
      return value as NonNullable<Exclude<T, false>>;
    }
    const waited = performance.now() - begin;
    if (waited > timeoutMs) throw new Error(`Waited ${timeoutMs} ms for ${what}.`);
    await delay(Math.max(everyMs, Math.min(waited / 20, SELDOM_MS)));
  }
}

/** Resolves after `ms`, or at once when the signal is aborted. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}

/** A TCP port of the loopback interface that was free a moment ago. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

/** Whether something accepts connections on that loopback port. */
export async function portAnswers(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}
