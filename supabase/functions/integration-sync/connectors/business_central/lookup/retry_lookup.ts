import * as z from "../../../core/zod.ts";
import { failure } from "../../../core/errors.ts";
import { BusinessCentralFault } from "../fault.ts";
import type { ConnectorContext } from "../../connector.ts";

/** Waits between looks at the ledger, in milliseconds: what was posted may take a while to show. */
const looks = [1000, 2000, 4000, 8000] as const;

// How old the saved time of the last write may be. Saving it is a call of the database for each write otherwise.
const savedForMilliseconds = 15_000;

/** The code of a write that did not begin because the slice was over. */
export const timeOver = "business_central_time_over";

const checkpointSchema = z.object({ last_write_at: z.number() });

/**
 * Repeats a look until it is satisfied, for as long as the ledger is given to show what was posted and the slice lasts.
 * Answers what the last look saw.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContext } from "../../../testing/connector_context.ts";
 * import { retryLookup } from "./retry_lookup.ts";
 *
 * const clock = { now: Date.now, elapsed: () => 0, sleep: () => Promise.resolve() };
 * let looks = 0;
 * const seen = await retryLookup(testContext({ clock }), () => Promise.resolve(++looks), (count) => count === 3);
 * assert.equal(seen, 3);
 * ```
 */
export async function retryLookup<T>(
  context: ConnectorContext,
  look: () => Promise<T>,
  isSatisfied: (seen: T) => boolean,
): Promise<T> {
  let seen = await look();
  for (const wait of looks) {
    if (isSatisfied(seen) || context.clock.elapsed() + wait >= context.deadline) break;
    await context.clock.sleep(wait, context.signal);
    seen = await look();
  }
  return seen;
}

/**
 * Records durably that something is about to be written, and lets no write begin after the slice. The next attempt must
 * know until when a request of this one may still be carried out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContext } from "../../../testing/connector_context.ts";
 * import { recordWrite } from "./retry_lookup.ts";
 *
 * const saved: unknown[] = [];
 * await recordWrite(testContext({ saveCheckpoint: (value) => Promise.resolve(void saved.push(value)) }));
 * assert.equal(saved.length, 1);
 * await assert.rejects(recordWrite(testContext({ deadline: 0 })));
 * ```
 */
export async function recordWrite(context: ConnectorContext): Promise<void> {
  if (context.clock.elapsed() >= context.deadline) {
    const message = "The time for this part of the run was over; the next part goes on.";
    throw new BusinessCentralFault(failure("transient", timeOver, message, 0, "nobody"));
  }
  const now = context.clock.now();
  if (now - (lastWriteAt(context) ?? -Infinity) < savedForMilliseconds) return;
  await context.saveCheckpoint({ last_write_at: now });
}

/**
 * Seconds during which a request that was lost sight of may still be carried out, or 0 when none may be. Who does not
 * know when the last one was sent counts from now.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContext } from "../../../testing/connector_context.ts";
 * import { secondsUntilSettled } from "./retry_lookup.ts";
 *
 * const checkpoint = () => ({ last_write_at: Date.now() - 700_000 });
 * assert.equal(await secondsUntilSettled(testContext({ checkpoint }), 600), 0);
 * assert.equal(await secondsUntilSettled(testContext(), 600), 600);
 * ```
 */
export async function secondsUntilSettled(context: ConnectorContext, settleSeconds: number): Promise<number> {
  const now = context.clock.now();
  const last = lastWriteAt(context);
  if (last === null) await context.saveCheckpoint({ last_write_at: now });
  const settledAt = last === null
    ? now + settleSeconds * 1000
    : last + savedForMilliseconds + settleSeconds * 1000;
  return Math.max(0, Math.ceil((settledAt - now) / 1000));
}

function lastWriteAt(context: ConnectorContext): number | null {
  return checkpointSchema.safeParse(context.checkpoint()).data?.last_write_at ?? null;
}
