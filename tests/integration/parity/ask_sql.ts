import postgres, { type Sql, type TransactionSql } from "postgres";
import { z } from "zod";
import type { Situation } from "../../../src/rpc-logic/testing/schema.ts";
import { FOREIGN_SUBJECT, idOf } from "../../../src/rpc-logic/testing/to_facts.ts";
import { buildSituation } from "./build_situation.ts";

/** What the database answered, in the mirror's words; `now` is the transaction's, cut to the millisecond. */
export interface SqlAnswer {
  readonly now: Date;
  readonly decision: Readonly<Record<string, unknown>>;
  /** What `sync_overview` said right before that the button would answer; undefined: it has no such integration. */
  readonly foretold: Foretold | undefined;
}

/** A row of `sync_overview`, as far as it is about the button, or the error with which it answers. */
export interface Foretold {
  readonly message: string | null;
  readonly details: unknown;
}

class Rollback extends Error {}

/**
 * Builds a situation in a transaction of its own, calls `trigger_integration_sync` in it as the situation's caller, and
 * rolls everything back. `now()` does not move in a transaction, so edges are exact to the microsecond.
 *
 * @example
 * ```ts ignore
 * const { now, decision } = await askSql(sql, situation);
 * assert.deepEqual(decision, triggerIntegrationSync(toCall(situation, now)));
 * ```
 */
export async function askSql(sql: Sql, situation: Situation): Promise<SqlAnswer> {
  let answer: SqlAnswer | undefined;
  try {
    await sql.begin(async (tx) => {
      const [clock] = z.tuple([z.object({ ms: z.coerce.number() })]).parse(
        await tx`select floor(extract(epoch from now()) * 1000) as ms`,
      );
      await buildSituation(tx, situation);
      const foretold = await foretell(tx, situation);
      answer = { now: new Date(clock.ms), decision: await call(tx, situation), foretold };
      throw new Rollback();
    });
  } catch (error) {
    if (!(error instanceof Rollback)) throw error;
  }
  if (answer === undefined) throw new Error("the transaction ended without an answer");
  return answer;
}

async function foretell(tx: TransactionSql, situation: Situation): Promise<Foretold | undefined> {
  const before = await snapshot(tx);
  try {
    const rows = await tx.savepoint(async (savepoint) => {
      await becomeCaller(savepoint, situation.caller);
      return await savepoint`select button_allowed, button_message, button_details
        from public.sync_overview(${
        orgOf(situation)
      }) where integration_type = ${situation.integration_type}`;
    });
    await tx`reset role`;
    if (before !== await snapshot(tx)) throw new Error("sync_overview has changed something");
    const button = overviewSchema.parse(rows)[0];
    if (button === undefined) return undefined;
    if (button.button_allowed !== (button.button_message === null)) {
      throw new Error("sync_overview contradicts itself");
    }
    return { message: button.button_message, details: button.button_details };
  } catch (error) {
    if (!(error instanceof postgres.PostgresError)) throw error;
    return { message: error.message, details: null };
  }
}

const overviewSchema = z.array(z.object({
  button_allowed: z.boolean(),
  button_message: z.string().nullable(),
  button_details: z.unknown(),
})).max(1);

function orgOf(situation: Situation): string | null {
  return { existing: idOf("org", "own"), unknown: idOf("org", "unknown"), null: null }[situation.org];
}

async function becomeCaller(tx: TransactionSql, caller: Situation["caller"]): Promise<void> {
  // The host is the connection's own role, without claims.
  if (caller === "host") return;
  await tx.unsafe(`set local role ${caller === "service_role" ? "service_role" : "authenticated"}`);
  await tx`select set_config('request.jwt.claims', ${claims(caller)}, true)`;
}

async function call(tx: TransactionSql, situation: Situation): Promise<SqlAnswer["decision"]> {
  const before = await snapshot(tx);
  try {
    const rows = await tx.savepoint(async (savepoint) => {
      await becomeCaller(savepoint, situation.caller);
      return await savepoint`select run_id, triggered_by, triggered_by_user_id, idempotency_key, status, notice
        from public.trigger_integration_sync(
          org_id => ${orgOf(situation)}, integration_type => ${situation.integration_type},
          idempotency_key => ${situation.idempotency_key})`;
    });
    await tx`reset role`;
    const run = resultSchema.parse(rows)[0];
    const known = situation.runs.some(({ label }) => idOf("run", label) === run.run_id);
    // Both give back a run that was there; but a replay touches nothing, and a revival always does.
    if (known) {
      return before === await snapshot(tx)
        ? { outcome: "replay", runId: run.run_id }
        : { outcome: "revive", runId: run.run_id, notice: run.notice };
    }
    const isOurs = run.status === "pending" && run.idempotency_key === situation.idempotency_key &&
      run.triggered_by_user_id === (run.triggered_by === "api" ? null : idOf("user", "caller"));
    return isOurs
      ? { outcome: "start", triggeredBy: run.triggered_by, notice: run.notice }
      : { outcome: "unexpected row", ...run };
  } catch (error) {
    if (!(error instanceof postgres.PostgresError)) throw error;
    const details: unknown = error.detail === undefined || error.detail === ""
      ? null
      : JSON.parse(error.detail);
    return { outcome: "reject", code: error.code, message: error.message, details };
  }
}

const resultSchema = z.tuple([z.object({
  run_id: z.string(),
  triggered_by: z.string(),
  triggered_by_user_id: z.string().nullable(),
  idempotency_key: z.string().nullable(),
  status: z.string(),
  notice: z.string().nullable(),
})]);

function claims(caller: Situation["caller"]): string {
  if (caller === "signed_out" || caller === "host") return "";
  if (caller === "foreign") return JSON.stringify({ role: "authenticated", sub: FOREIGN_SUBJECT });
  if (caller === "service_role") return JSON.stringify({ role: "service_role" });
  return JSON.stringify({
    role: "authenticated",
    sub: idOf("user", "caller"),
    is_anonymous: caller === "anonymous",
  });
}

async function snapshot(tx: TransactionSql): Promise<string> {
  return JSON.stringify(
    await tx`select r::text as run, (
        select array_agg(a::text order by a.attempt) from sync_scheduler.run_attempts a where a.run_id = r.run_id
      ) as attempts
      from public.sync_run_log r where r.org_id = ${idOf("org", "own")} order by r.run_id`,
  );
}
