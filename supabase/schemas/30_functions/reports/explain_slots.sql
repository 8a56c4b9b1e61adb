-- What public.explain_sync_slots answers. For that function only.
create or replace function sync_scheduler.explain_slots(
  org_id uuid, integration_type text, since timestamptz, until timestamptz
) returns table (scheduled_for timestamptz, state text, reason text, drift_seconds numeric, run_id uuid,
  retried_by_run_id uuid)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  most constant integer := 10000;
  integration public.sync_integrations;
  late_after interval := (select s.drift_alert_after from sync_scheduler.settings s);
begin
  perform sync_scheduler.require_org_role(org_id, '{admin,coordinator,viewer}');
  perform sync_scheduler.require_period(since, until);
  integration := sync_scheduler.find_integration(org_id, integration_type);

  return query
  -- A slot that was skipped and then backfilled has two rows: the run says more.
  select distinct on (slot) slot, slots.state, slots.reason,
    round(extract(epoch from started_at - slot), 3), slots.run_id, slots.retried_by
  from (
    select r.scheduled_for as slot, r.started_at, r.run_id,
      case when r.status <> 'succeeded' then r.status::text
        when r.triggered_by = 'schedule' and r.started_at - r.scheduled_for > late_after then 'late'
        else 'ran' end as state,
      case when r.status = 'skipped' then r.skip_reason::text
        when r.status = 'pending' then coalesce(sync_scheduler.waits_for(r),
          case when r.started_at is null and r.next_attempt_at is null then 'dispatched'
            else 'next_attempt' end)
        when r.status = 'cancelled' then r.cancel_reason
        when r.triggered_by = 'backfill' and r.status <> 'failed' then 'backfill'
        else r.error_code end as reason,
      (select c.run_id from public.sync_run_log c where c.parent_run_id = r.run_id
       order by c.triggered_at desc limit 1) as retried_by,
      case when r.status = 'skipped' then 2 else 1 end as weight
    from public.sync_run_log r
    where r.integration_id = integration.id and r.scheduled_for >= since and r.scheduled_for < until
    union all
    select w.scheduled_for, null, null, 'pending', case when not integration.enabled then 'disabled'
        when sync_scheduler.is_stopped(integration) then 'paused' else 'waits_for_active_run' end, null, 0
    from sync_scheduler.queued_slots w
    where w.integration_id = integration.id and w.scheduled_for >= since and w.scheduled_for < until
    union all
    -- Before next_run_at every slot has its row, or had it until it was purged.
    select s, null, null, 'pending', case when s > now() then 'not_due_yet'
        when not sync_scheduler.is_ticking() then 'scheduler_not_ticking' else 'due' end, null, 3
    from sync_scheduler.cron_occurrences(integration.schedule, integration.time_zone,
      greatest(since, integration.next_run_at) - interval '1 microsecond',
      until - interval '1 microsecond', most) s
  ) slots (slot, started_at, run_id, state, reason, retried_by, weight)
  order by slot, weight limit most;
end;
$$;

-- In SQL, because its parameters keep the names of 0.1.0, and supabase db lint warns about reserved words in
-- plpgsql. Definer, because the scheduler's tables are private. explain_slots checks the caller first.
create or replace function public.explain_sync_slots(
  org_id uuid, integration_type text, "from" timestamptz, "to" timestamptz
) returns table (scheduled_for timestamptz, state text, reason text, drift_seconds numeric, run_id uuid,
  retried_by_run_id uuid)
language sql stable security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
  select * from sync_scheduler.explain_slots(org_id, integration_type, "from", "to");
$$;
revoke all on function public.explain_sync_slots(uuid, text, timestamptz, timestamptz)
  from public, anon, authenticated, service_role;
comment on function public.explain_sync_slots(uuid, text, timestamptz, timestamptz) is
$$Why was there no export last night? One row for each slot of the period, in order.
`from` is included, `to` is not; at most 366 days. Of more than 10,000 slots only the first 10,000 are listed.
For members and the service role.

- `state` is `ran`, `late` (started later than `settings.drift_alert_after`), `skipped`, `failed`,
  `cancelled`, `running` or `pending`.
- `reason` is the skip reason, the reason of the cancel, `backfill`, or the error's code; null: there is none.
  A pending slot has `not_due_yet`, `due`, `scheduler_not_ticking`, `waits_for_active_run`, `paused`,
  `disabled`, `dispatched` or `next_attempt`. It may also have what its run waits for: `integration_paused`,
  `vendor_quota_exhausted`, `function_outdated`, `schema_outdated`.
- `drift_seconds` is how late it started (null: it has not), `run_id` its run, `retried_by_run_id` the newest
  retry of that run.

Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized, PT422 invalid_period,
PT422 unknown_integration_type, PT404 integration_not_found.$$;
