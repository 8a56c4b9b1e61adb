import type { ConnectorContext } from "../connector.ts";

// The window of the burst limit (gathered November 2026: 20 requests in 5 s), and a little for the way there.
const windowMs = 5000;
const marginMs = 100;

/** How fast requests may follow each other. */
export interface Pace {
  /** Waits until another request may begin, and counts it. */
  take(context: ConnectorContext): Promise<void>;
  /** The request that was just counted hit the burst limit. Answers whether another one has only to be taken. */
  learn(): boolean;
}

/**
 * Learns the burst limit by hitting it once: as many requests as went through within a window may do so again. How many
 * that are is not sure, and others may use the same token. Waiting the whole window each time would leave half of the
 * limit unused, and a request that is refused may count.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContext } from "../../testing/connector_context.ts";
 * import { createPace } from "./pace.ts";
 *
 * const waits: number[] = [];
 * const clock = { now: Date.now, elapsed: () => 0, sleep: (ms: number) => Promise.resolve(void waits.push(ms)) };
 * const pace = createPace();
 * await pace.take(testContext({ clock }));
 * assert.deepEqual([waits, pace.learn()], [[], false]);
 * ```
 */
export function createPace(): Pace {
  let begun: number[] = [];
  let most = Infinity;
  return {
    async take({ clock, signal }) {
      begun = begun.filter((time) => time > clock.elapsed() - windowMs);
      const oldest = begun.length < most ? undefined : begun.at(-most);
      if (oldest !== undefined) {
        await clock.sleep(oldest + windowMs + marginMs - clock.elapsed(), signal);
      }
      begun.push(clock.elapsed());
    },
    learn() {
      begun.pop();
      most = Math.max(1, begun.length);
      return begun.length > 0;
    },
  };
}
