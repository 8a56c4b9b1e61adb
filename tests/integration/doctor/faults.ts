/**
 * Faults of a database: for each check what breaks it, and what the doctor must say.
 *
 * @module
 */
import type { Sql } from "postgres";
import type { Tenant } from "../../support/tenant.ts";

/** A fault of a database. */
export interface Fault {
  readonly check: string;
  readonly what: string;
  /** As a superuser, for some of it is not the bundle's to do. */
  readonly breakIt: (admin: Sql, tenant: Tenant) => Promise<unknown>;
  /** What the doctor says. */
  readonly says: RegExp;
  /** FAIL unless said otherwise. */
  readonly status?: "WARN";
}

const ended = (ago: string, status = "succeeded") => (admin: Sql, { orgId, integrationId }: Tenant) =>
  admin`
    insert into public.sync_run_log
      (org_id, integration_id, integration_type, status, triggered_by, triggered_at, deadline_at, finished_at)
    select ${orgId}, ${integrationId}, 'webhook', ${status}::public.sync_run_status, 'api', at, at, at
    from (select now() - ${ago}::interval as at) _`;

const active = (deadline: string) => (admin: Sql, { orgId, integrationId }: Tenant) =>
  admin`
    insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, triggered_at, deadline_at)
    values (${orgId}, ${integrationId}, 'webhook', 'api', now() - interval '1 hour', now() + ${deadline}::interval)
    returning run_id`;

const run = (statement: string) => (admin: Sql) => admin.unsafe(statement);

/** All faults, in the order of the checks. */
export const FAULTS: readonly Fault[] = [
  {
    check: "installed",
    what: "a function was edited",
    breakIt: run(`create or replace function sync_scheduler.is_out_of_time() returns boolean
      language plpgsql volatile set search_path = pg_catalog, pg_temp as 'begin return false; end'`),
    says: /is_out_of_time is not the function that this checkout brings/,
  },
  {
    check: "installed",
    what: "a function was dropped",
    breakIt: run("drop function sync_scheduler.resolve_silence()"),
    says: /function sync_scheduler.resolve_silence is missing/,
  },
  {
    check: "extensions",
    what: "pg_net is gone",
    breakIt: run("drop extension pg_net cascade"),
    says: /^pg_net is not installed\.$/,
  },
  {
    check: "row_security",
    what: "row level security was switched off",
    breakIt: run("alter table public.sync_run_log disable row level security"),
    says: /public\.sync_run_log is off: every organisation can read it/,
  },
  {
    check: "row_security",
    what: "a policy was dropped",
    breakIt: run(`drop policy "members read their runs" on public.sync_run_log`),
    says: /policy public\.sync_run_log: members read their runs is missing/,
  },
  {
    check: "grants",
    what: "people may no longer press",
    breakIt: run(
      "revoke execute on function public.trigger_integration_sync(uuid, text, text) from authenticated",
    ),
    says: /^1 right missing/,
  },
  {
    check: "grants",
    what: "the backend may no longer read a table",
    breakIt: run("revoke select on public.sync_integrations from service_role"),
    says: /^1 right missing/,
  },
  {
    check: "grants",
    what: "everybody may run the scheduler",
    breakIt: run("grant execute on function sync_scheduler.tick() to public"),
    says: /^Clients have 1 right that the bundle does not give/,
  },
  {
    check: "grants",
    what: "anybody may read and write the settings",
    breakIt: run(
      "grant usage on schema sync_scheduler to anon; grant select, update on sync_scheduler.settings to anon",
    ),
    says: /^Clients have 3 rights that the bundle does not give/,
  },
  {
    check: "grants",
    what: "the backend may write the run log",
    breakIt: run("grant update on public.sync_run_log to service_role"),
    says: /^service_role has 1 right that the bundle does not give/,
    status: "WARN",
  },
  {
    check: "realtime",
    what: "a table is not published",
    breakIt: run("alter publication supabase_realtime drop table public.sync_run_log"),
    says: /^Realtime does not publish public\.sync_run_log\.$/,
  },
  {
    check: "realtime",
    what: "the publication is gone",
    breakIt: run("drop publication supabase_realtime"),
    says: /no publication supabase_realtime/,
  },
  {
    check: "vault",
    what: "a secret is gone",
    breakIt: (admin, { integrationId }) =>
      admin`delete from vault.secrets where id =
        (select secret_id from sync_scheduler.integration_credentials where integration_id = ${integrationId})`,
    says: /^The credentials of 1 integration cannot be read/,
  },
  {
    check: "vault",
    what: "a secret was encrypted with another project's key",
    breakIt: async (admin, { integrationId }) => {
      await admin`update vault.secrets set secret = encode('garbled', 'base64') where id =
        (select secret_id from sync_scheduler.integration_credentials where integration_id = ${integrationId})`;
    },
    says: /^The credentials of 1 integration cannot be read/,
  },
  {
    check: "vault",
    what: "the address of an alert webhook is gone",
    breakIt: async (admin, { orgId }) => {
      await admin`insert into public.sync_alert_webhooks (org_id, host) values (${orgId}, 'chat.example')`;
      await admin`insert into sync_scheduler.alert_senders (org_id, secret_id) values (${orgId}, gen_random_uuid())`;
    },
    says: /^The address of 1 alert webhook cannot be read/,
  },
  {
    check: "jobs",
    what: "a job was unscheduled",
    breakIt: run("select cron.unschedule(jobid) from cron.job where jobname = 'sync-scheduler-purge'"),
    says: /^The job sync-scheduler-purge is missing\.$/,
  },
  {
    check: "jobs",
    what: "a job was given another schedule",
    breakIt: run("update cron.job set schedule = '0 0 1 1 *' where jobname = 'sync-scheduler-tick'"),
    says: /^The job sync-scheduler-tick is not as the bundle schedules it\.$/,
  },
  {
    check: "jobs",
    what: "a job is paused",
    breakIt: run("update cron.job set active = false where jobname = 'sync-scheduler-purge'"),
    says: /^The job sync-scheduler-purge is paused\.$/,
  },
  {
    check: "ticking",
    what: "no tick came for a day",
    breakIt: run("update sync_scheduler.ticks set ticked_at = ticked_at - interval '1 day'"),
    says: /^The last tick was \d+ s ago; pg_cron /,
  },
  {
    check: "ticking",
    what: "a step fails tick after tick",
    breakIt: run(`insert into sync_scheduler.ticks (errors)
      values ('{"warm_up": "it broke"}'), ('{"warm_up": "it broke again"}')`),
    says: /^Tick after tick cannot do everything: warm_up \(it broke again\)\./,
  },
  {
    check: "ticking",
    what: "a step failed once",
    breakIt: run(`insert into sync_scheduler.ticks (errors) values ('{"warm_up": "it broke"}')`),
    says: /^The last tick could not do everything: warm_up \(it broke\)\./,
    status: "WARN",
  },
  {
    check: "function",
    what: "its address is not set",
    breakIt: run("update sync_scheduler.settings set function_url = null"),
    says: /address is not set/,
  },
  {
    check: "function",
    what: "the settings have lost their row",
    breakIt: run("delete from sync_scheduler.settings"),
    says: /settings have no row/,
  },
  {
    check: "retention",
    what: "old runs stay",
    breakIt: ended("92 days"),
    says: /succeeded runs since \d{4}-\d\d-\d\d/,
  },
  {
    check: "retention",
    what: "old messages of alert webhooks stay",
    breakIt: async (admin, { orgId }) => {
      await admin`insert into public.sync_alert_webhooks (org_id, host) values (${orgId}, 'chat.example')`;
      await admin`insert into sync_scheduler.alert_messages (org_id, body, created_at, delivered_at)
        values (${orgId}, '{}', now() - interval '9 days', now() - interval '9 days')`;
    },
    says: /messages of alert webhooks since/,
  },
  {
    check: "retention",
    what: "old records of pg_cron stay",
    breakIt: run(`insert into cron.job_run_details (jobid, start_time, end_time)
      select jobid, now() - interval '9 days', now() - interval '9 days' from cron.job
      where jobname = 'sync-scheduler-tick'`),
    says: /records of pg_cron since/,
  },
  {
    check: "orphans",
    what: "a run is active past its deadline",
    breakIt: active("-30 minutes"),
    says: /^1 run still active after the deadline/,
  },
  {
    check: "orphans",
    what: "a run has no worker",
    breakIt: active("1 hour"),
    says: /^1 active run without an attempt/,
  },
  {
    check: "orphans",
    what: "an attempt outlives its run",
    breakIt: async (admin, tenant) => {
      const [run] = await ended("1 hour")(admin, tenant).then(() =>
        admin`select run_id from public.sync_run_log where integration_id = ${tenant.integrationId}`
      );
      await admin`insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, lease_expires_at)
        values (${run?.run_id}, 1, '', now() + interval '1 hour')`;
    },
    says: /^1 attempt still open/,
  },
  {
    check: "orphans",
    what: "a slot was forgotten",
    breakIt: async (admin, { integrationId }) => {
      await admin`update public.sync_integrations set schedule = '0 2 * * *' where id = ${integrationId}`;
      await admin`update public.sync_integrations set next_run_at = now() - interval '3 hours',
        next_tick_at = now() - interval '2 hours' where id = ${integrationId}`;
    },
    says: /^1 integration whose slot came more than an hour ago/,
  },
  {
    check: "orphans",
    what: "an entry is being sent by no run",
    breakIt: (admin, { integrationId }) =>
      admin`update public.sync_export_entries set state = 'sending', batch_id = gen_random_uuid(), sent_at = now()
        where integration_id = ${integrationId}`,
    says: /^1 entry being sent by a run that is over/,
  },
  {
    check: "orphans",
    what: "a secret outlives its integration",
    breakIt: run("select vault.create_secret('{}', 'sync_scheduler credentials of ' || gen_random_uuid())"),
    says: /^1 secret in Vault of integrations or alert webhooks that are gone/,
  },
  {
    check: "orphans",
    what: "a message to an alert webhook was forgotten",
    breakIt: async (admin, { orgId }) => {
      await admin`insert into public.sync_alert_webhooks (org_id, host) values (${orgId}, '127.0.0.1:9')`;
      await admin`
        insert into sync_scheduler.alert_senders (org_id, secret_id, next_attempt_at)
        values (${orgId}, vault.create_secret('{"url": "http://127.0.0.1:9/"}'), now() - interval '2 hours')`;
      await admin`insert into sync_scheduler.alert_messages (org_id, body) values (${orgId}, '{}')`;
    },
    says: /^1 alert webhook with messages that were due more than an hour ago/,
  },
  {
    check: "orphans",
    what: "an integration has no health",
    breakIt: (admin, { integrationId }) =>
      admin`delete from public.sync_integration_health where integration_id = ${integrationId}`,
    says: /^1 integration without a row of health/,
  },
];
