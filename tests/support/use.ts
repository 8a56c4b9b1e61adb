/**
 * A database of a host in which the bundle has been used. It has runs and entries in every state, whatever else fills a
 * table, and what an operator has set by hand.
 *
 * @module
 */
import type { Sql } from "postgres";
import { createPeople } from "./people.ts";

const ORG = "0d000000-0000-4000-8000-000000000001";

/**
 * Fills the bundle's tables.
 *
 * @param sql A connection as the role `postgres`, which owns them.
 */
export async function useBundle(sql: Sql): Promise<void> {
  const { admin } = await createPeople(sql, { admin: "admin@host.test" });
  await sql.unsafe(`
    update sync_scheduler.settings set function_url = 'https://host.example/functions/v1/integration-sync', max_dispatches = 9
    where true;
    insert into public.organizations (id, name) values ('${ORG}', 'Fjordfisk AS');
    insert into public.organization_members (org_id, user_id, role) values ('${ORG}', '${admin}', 'admin');
    select sync_scheduler.store_credentials(
      public.connect_integration('${ORG}', t.code, '{"url": "https://erp.example"}'), '{"key": "æøå"}')
    from public.sync_integration_types t;
    select public.configure_integration_sync('${ORG}', t.code, '{"schedule": "@daily", "time_zone": "Europe/Oslo"}')
    from public.sync_integration_types t;

    insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, triggered_by_user_id,
      scheduled_for, triggered_at, deadline_at, started_at, finished_at, skip_reason, error_code)
    select i.org_id, i.id, i.integration_type, s.status, s.triggered_by, '${admin}',
      case when s.triggered_by = 'schedule' then s.at end, s.at, s.at + interval '6 hours',
      case when s.status not in ('pending', 'skipped') then s.at end,
      case when s.status not in ('pending', 'running') then s.at + interval '1 minute' end,
      case when s.status = 'skipped' then 'overlap'::public.sync_skip_reason end,
      case when s.status = 'failed' then 'webhook_gone' end
    from public.sync_integrations i
    join (
      select status, 'schedule'::public.sync_run_trigger as triggered_by,
        timestamptz '2026-11-01 02:00Z' + n * interval '1 day' as at
      from unnest(array['succeeded', 'failed', 'cancelled', 'skipped']::public.sync_run_status[]) with ordinality u (status, n)
      union all values ('running'::public.sync_run_status, 'manual'::public.sync_run_trigger, date_trunc('second', now())),
        ('pending', 'manual', date_trunc('second', now()))
    ) s (status, triggered_by, at)
      on s.status <> case when i.integration_type = 'webhook' then 'running' else 'pending' end::public.sync_run_status;

    insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, lease_expires_at, claimed_at, checkpoint, ended_at, outcome)
    select r.run_id, 1, sha256('token'), r.triggered_at + interval '1 hour', r.started_at, '{"page": 3}', r.finished_at,
      case when r.finished_at is not null then 'succeeded' end::sync_scheduler.attempt_outcome
    from public.sync_run_log r where r.status <> 'skipped';

    insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload, state, batch_id, sent_at,
      unknown_since, exported_at, external_id)
    select i.id, 'entry-' || n, '2026-10', 'B-' || n, jsonb_build_object('amount', n || '.10'), s,
      case when s in ('sending', 'unknown') then gen_random_uuid() end, case when s in ('sending', 'exported', 'rejected', 'unknown') then now() end,
      case when s = 'unknown' then now() end, case when s = 'exported' then now() end, case when s = 'exported' then 'V-' || n end
    from public.sync_integrations i,
      unnest(enum_range(null::public.sync_entry_state)) with ordinality u (s, n);

    insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
    select i.id, '2026-11-06 02:00Z', 'schedule' from public.sync_integrations i;
    insert into sync_scheduler.ticks (duration_ms, started, skipped, recovered) values (1.5, 0, 0, 0);
    insert into public.sync_audit_log (org_id, integration_id, actor_id, action)
    select i.org_id, i.id, '${admin}', 'configure' from public.sync_integrations i;
    select set_config('request.jwt.claims', '{"role": "service_role"}', false);
    select public.configure_alert_webhook('${ORG}', jsonb_build_object('url', 'https://hooks.example/T0/B0',
      'secret', 'whsec_' || encode('0123456789abcdef01234567', 'base64'), 'kinds', array['drift', 'run_failed']));
    select sync_scheduler.raise_alert(i, 'drift', 'warning', '2026-11-06 02:00Z', 'A scheduled sync started late.')
    from public.sync_integrations i;
    select set_config('request.jwt.claims', '', false);`);
}

/** Every row of the bundle's tables, by table and as text, in whatever schema they are. */
export async function contents(
  sql: Sql,
  schemas = ["public", "sync_scheduler"],
): Promise<Record<string, string[]>> {
  const tables = await sql<{ name: string; path: string }[]>`
    select c.relname as name, c.oid::regclass::text as path from pg_class c
    where c.relkind = 'r' and c.relnamespace = any (select to_regnamespace(s)::oid from unnest(${schemas}::text[]) s)
    order by c.relname`;
  const rows: Record<string, string[]> = {};
  for (const { name, path } of tables) {
    const found = await sql.unsafe(`select to_jsonb(t)::text as row from ${path} t order by 1`);
    rows[name] = found.map(({ row }) => String(row));
  }
  return rows;
}
