/**
 * The worker protocol of docs/design/worker-protocol.md, parsed by what parses it in the Edge Function.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  type Claim,
  claimAnswer,
  finishAnswer,
  heartbeatAnswer,
  recordAnswer,
  type Recorded,
  type Reservation,
  reserveAnswer,
} from "../../../supabase/functions/integration-sync/database/worker_answers.ts";
import type { ErrorClass } from "../../../supabase/functions/integration-sync/core/errors.ts";
import type { EntryResult } from "../../../supabase/functions/integration-sync/vouchers/entries.ts";
import { call, type Query, Refused } from "./calls.ts";
import type { Dispatch } from "./dispatches.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

/** What a worker says about one entry. */
export interface Result {
  readonly entry_key: string;
  readonly state: EntryResult["state"];
}

/** How a worker ends its attempt. */
export interface Ending {
  readonly outcome: "succeeded" | "continued" | "cancelled" | "paused" | "failed";
  readonly error_class?: ErrorClass;
  readonly checkpoint?: string;
}

/** The five RPCs for one attempt. */
export interface WorkerCalls {
  claim(): Promise<Claim>;
  heartbeat(): Promise<void>;
  reserve(batchSize: number): Promise<Reservation>;
  record(batchId: string, results: readonly Result[]): Promise<Recorded>;
  finish(ending: Ending): Promise<void>;
}

/** Speaks the worker protocol with the token of one delivery; now and then everything is asked twice at once. */
export function workerCalls(world: World, random: Random, dispatch: Dispatch): WorkerCalls {
  const { run_id, attempt, token } = dispatch;
  const ask = async <T>(
    kind: "claim" | "work",
    schema: { parse(value: unknown): T },
    agree: (first: T, again: T) => void,
    query: Query,
  ): Promise<T> => {
    const once = async () => schema.parse(await call(world, random, kind, { role: "service_role" }, query));
    if (!world.happens("call_repeated", random)) return await once();
    const outcomes = await Promise.allSettled([once(), once()]);
    const refusals = outcomes.flatMap((o) => o.status === "rejected" ? [o.reason] : []);
    for (const reason of refusals) if (!(reason instanceof Refused)) throw reason;
    const [first, again] = outcomes.flatMap((o) => o.status === "fulfilled" ? [o.value] : []);
    if (first === undefined) throw refusals[0];
    if (again !== undefined) agree(first, again);
    return first;
  };
  return {
    claim: () =>
      ask(
        "claim",
        claimAnswer,
        () => assert.fail("an attempt is claimed twice"),
        (sql) =>
          sql`select public.sync_worker_claim(${run_id}, ${attempt}, ${token}, gen_random_uuid(), 1, true) as answer`,
      ),
    heartbeat: async () => {
      await ask(
        "work",
        heartbeatAnswer,
        () => {},
        (sql) => sql`select public.sync_worker_heartbeat(${run_id}, ${attempt}, ${token}) as answer`,
      );
    },
    reserve: (batchSize) =>
      ask("work", reserveAnswer, (first, again) => {
        // Nothing left for the one, and then the host has added entries: both are right.
        if (first.batch_id === null || again.batch_id === null) {
          return;
        }
        const { batch_id, resend, entries } = first;
        assert.partialDeepStrictEqual(again, { batch_id, resend, entries }, "another batch when asked again");
      }, (sql) =>
        sql`select public.sync_worker_reserve_entries(${run_id}, ${attempt}, ${token}, ${batchSize}) as answer`),
    record: (batchId, results) =>
      ask("work", recordAnswer, (first, again) => {
        assert.equal(first.entries_done, again.entries_done, "results that are repeated count twice");
      }, (sql) =>
        sql`select public.sync_worker_record_results(${run_id}, ${attempt}, ${token}, ${batchId},
          ${sql.json(results.map((result) => ({ ...result })))}) as answer`),
    finish: async ({ outcome, error_class = null, checkpoint = null }) => {
      await ask(
        "work",
        finishAnswer,
        () => {},
        (sql) =>
          sql`select public.sync_worker_finish(${run_id}, ${attempt}, ${token}, ${outcome}, ${error_class},
          error_code => 'campaign', checkpoint => to_jsonb(${checkpoint}::text)) as answer`,
      );
    },
  };
}
