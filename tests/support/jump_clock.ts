import type { Clock } from "../../supabase/functions/integration-sync/core/clock.ts";

// Longer sleeps are those of leases, which a test without a dying worker must not wake.
const longestJumpMs = 24 * 3600_000;

/**
 * A clock that jumps ahead whenever its user sleeps: for one sequential worker with real HTTP. A clock that is moved by
 * hand could not know when that is idle. Sleeps of more than a day never end.
 */
export class JumpClock implements Clock {
  #elapsed = 0;

  constructor(readonly start: number = Date.parse("2026-11-23T10:00:00Z")) {}

  now(): number {
    return this.start + this.#elapsed;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  advance(milliseconds: number): void {
    this.#elapsed += milliseconds;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      if (milliseconds > longestJumpMs) return;
      this.#elapsed += Math.max(0, milliseconds);
      setTimeout(resolve, 0);
    });
  }
}
