-- With the reader's own rights: RLS of the run log decides which organisations it shows.
create or replace view public.sync_drift_statistics with (security_invoker = true) as
select r.org_id, (r.scheduled_for at time zone 'UTC')::date as day, count(*) as slots,
  count(r.started_at) as started,
  percentile_cont(0.5) within group (order by extract(epoch from r.started_at - r.scheduled_for)) as p50_seconds,
  percentile_cont(0.95) within group (order by extract(epoch from r.started_at - r.scheduled_for)) as p95_seconds,
  max(extract(epoch from r.started_at - r.scheduled_for)) as max_seconds
from public.sync_run_log r
where r.triggered_by = 'schedule' and r.status <> 'skipped'
group by r.org_id, (r.scheduled_for at time zone 'UTC')::date;
revoke all on public.sync_drift_statistics from public, anon, authenticated, service_role;
grant select on public.sync_drift_statistics to authenticated, service_role;
comment on view public.sync_drift_statistics is
  'How late scheduled runs started (started_at - scheduled_for, in seconds), for each organisation and UTC day of the slot. '
  'slots counts those that were started, started those that a worker took. Members see their organisations.';
