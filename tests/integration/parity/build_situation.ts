import type { TransactionSql } from "postgres";
import type { Run, Situation } from "../../../src/rpc-logic/testing/schema.ts";
import { idOf } from "../../../src/rpc-logic/testing/to_facts.ts";

/**
 * Writes a situation into the database of an open transaction, as a user who may write every table. Every instant that
 * recovery compares with now() is at its edge: exactly now, or a millisecond later.
 *
 * @example
 * ```ts ignore
 * await sql.begin(async (tx) => {
 *   await buildSituation(tx, situation);
 *   // ... ask, then throw to roll back ...
 * });
 * ```
 */
export async function buildSituation(tx: TransactionSql, situation: Situation): Promise<void> {
  const caller = idOf("user", "caller");
  // Tests do not depend on what the installation is set to; a set URL is left alone, as others may be using it.
  await tx`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/' where function_url is null`;
  await tx`update sync_scheduler.settings set
    least_cooldown = make_interval(secs => ${situation.settings.least_cooldown_seconds}),
    presses_per_hour = ${situation.settings.presses_per_hour}`;
  // The newest tick by its number, whatever pg_cron does meanwhile.
  await tx`insert into sync_scheduler.ticks (tick_id, ticked_at) overriding system value
    values (9223372036854775807, now() - ${situation.scheduler === "silent" ? "1 day" : "0"}::interval)`;
  await tx`insert into auth.users (id) values (${caller})`;
  if (situation.org === "existing") {
    await buildOrg(tx, "own", situation.role, situation.integrations, situation.runs);
  }
  if (situation.elsewhere !== null) {
    await buildOrg(tx, "other", situation.elsewhere.role, [
      { integration_type: "xledger", enabled: true, manual_cooldown_seconds: 300, pause: null },
    ], [{
      label: "r1",
      integration_type: "xledger",
      status: "pending",
      triggered_by: "manual",
      triggered_seconds_ago: 0,
      started_seconds_ago: null,
      idempotency_key: situation.elsewhere.idempotency_key,
      condition: "healthy",
    }]);
  }
}

async function buildOrg(
  tx: TransactionSql,
  org: "own" | "other",
  role: Situation["role"],
  integrations: Situation["integrations"],
  runs: Situation["runs"],
): Promise<void> {
  const orgId = idOf("org", org);
  // The other organisation's things need ids of their own.
  const label = (name: string) => org === "own" ? name : `o${name.slice(0, 7)}`;
  await tx`insert into public.organizations (id, name) values (${orgId}, 'Parity')`;
  if (role !== null) {
    await tx`insert into public.organization_members (org_id, user_id, role)
      values (${orgId}, ${idOf("user", "caller")}, ${role})`;
  }
  for (const { integration_type, enabled, manual_cooldown_seconds, pause } of integrations) {
    await tx`insert into public.sync_integrations
        (id, org_id, integration_type, enabled, manual_cooldown, paused_at, pause_reason, resume_at)
      values (${idOf("integration", label(integration_type))}, ${orgId}, ${integration_type}, ${enabled},
        make_interval(secs => ${manual_cooldown_seconds}),
        now() - make_interval(secs => ${pause?.paused_seconds_ago ?? null}), ${pause?.reason ?? null},
        now() + make_interval(secs => ${pause?.resume_in_seconds ?? null}))`;
  }
  for (const [index, run] of runs.entries()) {
    const runId = idOf("run", label(run.label));
    const active = run.status === "pending" || run.status === "running";
    await tx`insert into public.sync_run_log
        (run_id, org_id, integration_id, integration_type, status, triggered_by, triggered_by_user_id, triggered_at,
         scheduled_for, skip_reason, started_at, finished_at, idempotency_key, deadline_at, next_attempt_at)
      values (${runId}, ${orgId}, ${
      idOf("integration", label(run.integration_type))
    }, ${run.integration_type},
        ${run.status}, ${run.triggered_by}, ${run.triggered_by === "manual" ? idOf("user", "caller") : null},
        now() - make_interval(secs => ${run.triggered_seconds_ago}),
        ${hasSlot(run) ? tx`now() - make_interval(days => ${index + 1})` : tx`null`},
        ${run.status === "skipped" ? "missed" : null},
        now() - make_interval(secs => ${run.started_seconds_ago}),
        ${active ? tx`null` : tx`now()`}, ${run.idempotency_key},
        ${run.condition.startsWith("overdue") ? tx`now()` : tx`now() + interval '1 millisecond'`},
        ${nextAttemptAt(tx, run.condition)})`;
    if (active) await buildAttempt(tx, runId, run);
  }
}

function hasSlot(run: Run): boolean {
  return run.triggered_by === "schedule" || run.triggered_by === "backfill";
}

function nextAttemptAt(tx: TransactionSql, condition: Run["condition"]) {
  if (condition === "retry_due") return tx`now()`;
  if (condition === "waiting_for_retry") return tx`now() + interval '1 millisecond'`;
  return tx`null`;
}

async function buildAttempt(tx: TransactionSql, runId: string, run: Run): Promise<void> {
  const { condition } = run;
  const ended = condition === "retry_due" || condition === "waiting_for_retry";
  const leaseOver = condition === "unclaimed" || condition === "worker_silent" ||
    condition === "undeliverable" || (condition === "overdue" && run.status === "running");
  await tx`insert into sync_scheduler.run_attempts
      (run_id, attempt, token_hash, dispatch_count, claimed_at, lease_expires_at, ended_at, outcome, error_class)
    values (${runId}, 1, sha256('x'),
      ${condition === "undeliverable" ? tx`(select max_dispatches from sync_scheduler.settings)` : tx`1`},
      ${run.status === "running" || ended ? tx`now()` : tx`null`},
      ${leaseOver ? tx`now()` : tx`now() + interval '1 millisecond'`},
      ${ended ? tx`now()` : tx`null`}, ${ended ? "failed" : null}, ${ended ? "transient" : null})`;
}
