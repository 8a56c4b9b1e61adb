-- With the reader's own rights: RLS of the run log decides which organisations it shows.
create or replace view public.sync_statistics with (security_invoker = true) as
select r.org_id, r.integration_id, r.integration_type, (r.triggered_at at time zone 'UTC')::date as day,
  count(*) filter (where r.status <> 'skipped') as runs,
  count(*) filter (where r.status = 'succeeded') as succeeded,
  count(*) filter (where r.status = 'failed') as failed,
  count(*) filter (where r.status = 'skipped') as skipped,
  round(count(*) filter (where r.status = 'succeeded')::numeric
    / nullif(count(*) filter (where r.status in ('succeeded', 'failed')), 0), 4) as success_rate,
  percentile_cont(0.5) within group (order by extract(epoch from r.finished_at - r.started_at)::double precision)
    as p50_duration_seconds,
  percentile_cont(0.95) within group (order by extract(epoch from r.finished_at - r.started_at)::double precision)
    as p95_duration_seconds,
  percentile_cont(0.5) within group (order by extract(epoch from r.started_at - r.scheduled_for)::double precision)
    filter (where r.triggered_by = 'schedule') as p50_drift_seconds,
  percentile_cont(0.95) within group (order by extract(epoch from r.started_at - r.scheduled_for)::double precision)
    filter (where r.triggered_by = 'schedule') as p95_drift_seconds
from public.sync_run_log r
group by r.org_id, r.integration_id, r.integration_type, (r.triggered_at at time zone 'UTC')::date;
revoke all on public.sync_statistics from public, anon, authenticated, service_role;
grant select on public.sync_statistics to authenticated, service_role;
comment on view public.sync_statistics is
  'Runs of each integration and UTC day on which they were triggered: how many, how they ended, how long those that started '
  'took, and how late scheduled ones started (started_at - scheduled_for). runs leaves out skipped slots; success_rate is '
  'succeeded among succeeded and failed, from 0 to 1, null if there was neither. Filter by org_id. Members see their '
  'organisations.';
