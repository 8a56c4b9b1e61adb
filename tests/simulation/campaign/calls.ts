/**
 * Calls as PostgREST makes them: a transaction with the caller's role and claims. What the database may refuse is
 * listed here; any other error is a fault.
 *
 * @module
 */
import type { ISql } from "postgres";
import { z } from "zod";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

const REFUSALS = {
  claim: ["PT401 invalid_token", "PT409 already_claimed", "PT409 attempt_not_current"],
  // Not invalid_token: a token that was good for a claim is never replaced.
  work: ["PT409 attempt_not_current"],
  // Not only a cooldown: two presses at one instant come in the order of their locks, not of their clocks.
  press: ["PT409 sync_already_in_progress", "PT429 rate_limited", "PT409 integration_paused"],
  stop: [],
  cancel: ["PT409 run_not_active"],
  deliver: [],
  // A person has looked, and then a worker was faster.
  settle: ["PT409 entries_not_settleable", "PT409 batch_is_open"],
} as const satisfies Record<string, readonly string[]>;

/** The database said no, in a way that it may. */
export class Refused extends Error {}

/** What is asked, once the transaction knows the caller; its one row says `answer`. */
export type Query = (sql: ISql) => Promise<readonly { answer?: unknown }[]>;

/** Calls as one role, at a second isolation level now and then. */
export async function call(
  world: World,
  random: Random,
  kind: keyof typeof REFUSALS,
  claims: { role: string; sub?: string },
  query: Query,
): Promise<unknown> {
  world.step();
  // A stop in repeatable read does not see a run that has started since its snapshot. A claim of that run is refused
  // and the recovery pauses it. Until then the invariants find it pending and not known as paused.
  const strict = kind !== "stop" && world.happens("call_in_repeatable_read", random);
  const isolation = `isolation level ${strict ? "repeatable read" : "read committed"}`;
  try {
    const [row] = await world.sql.begin(isolation, async (tx) => {
      await tx`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true),
        set_config('role', ${claims.role}, true)`;
      return await query(tx);
    });
    return row?.answer;
  } catch (error) {
    const { code, message } = z.looseObject({ code: z.string(), message: z.string() }).parse(error);
    const answer = strict && code === "40001" ? code : `${code} ${message}`;
    world.count(`${kind}: ${answer}`);
    const allowed: readonly string[] = REFUSALS[kind];
    if (answer === "40001" || allowed.includes(answer)) throw new Refused(answer);
    throw new Error(`${kind} must not answer ${answer}`, { cause: error });
  }
}
