/**
 * What an example of `docs/reference/api.md` takes for granted: `<!-- given: ... -->` above it names one of these.
 *
 * @module
 */
import type { Sql } from "postgres";
import type { Tenant } from "../support/tenant.ts";

/** Names that an example may use besides the clients. */
export interface Given {
  readonly run_id: string;
  readonly alert_id: string;
  readonly from: string;
  readonly to: string;
}

const SLOTS = ["2026-10-01T02:00:00Z", "2026-10-02T02:00:00Z"];

async function run(
  sql: Sql,
  { orgId, integrationId }: Tenant,
  set: Record<string, unknown>,
): Promise<string> {
  const row = {
    org_id: orgId,
    integration_id: integrationId,
    integration_type: "webhook",
    triggered_by: "api",
    deadline_at: new Date(Date.now() + 3_600_000),
    ...set,
  };
  const [made] = await sql<{ run_id: string }[]>`insert into public.sync_run_log ${
    sql(row)
  } returning run_id`;
  return made?.run_id ?? "";
}

/** Each makes what its words say. */
export const GIVENS: Readonly<Record<string, (sql: Sql, tenant: Tenant) => Promise<Partial<Given>>>> = {
  "a failed run": async (sql, tenant) => ({
    run_id: await run(sql, tenant, { status: "failed", finished_at: new Date() }),
  }),
  "a run that waits": async (sql, tenant) => ({
    run_id: await run(sql, tenant, { next_attempt_at: new Date(Date.now() + 1_800_000) }),
  }),
  "two slots that were missed": async (sql, tenant) => {
    for (const slot of SLOTS) {
      await run(sql, tenant, {
        triggered_by: "schedule",
        scheduled_for: slot,
        status: "skipped",
        skip_reason: "missed",
        finished_at: new Date(),
      });
    }
    return { from: "2026-10-01T00:00:00Z", to: "2026-10-03T00:00:00Z" };
  },
  "an alert": async (sql, { integrationId }) => {
    await sql`
      select sync_scheduler.raise_alert(i, 'missed_slot', 'critical', now(), 'Scheduled syncs were skipped.')
      from public.sync_integrations i where i.id = ${integrationId}`;
    const [alert] = await sql<{ alert_id: string }[]>`
      select alert_id from public.sync_alerts where integration_id = ${integrationId}`;
    return { alert_id: alert?.alert_id ?? "" };
  },
  "two entries whose outcome is unknown": async (sql, { integrationId }) => {
    await sql`
      update public.sync_export_entries
      set state = 'unknown', unknown_since = now(), sent_at = now(), batch_id = gen_random_uuid()
      where integration_id = ${integrationId}`;
    return {};
  },
};
