-- With the reader's own rights: RLS of the run log decides which organisations the first two show.
create or replace view public.sync_statistics with (security_invoker = true) as
select s.org_id, s.integration_id, s.integration_type, s.day,
  count(*) filter (where s.status <> 'skipped') as runs,
  count(*) filter (where s.status = 'succeeded') as succeeded,
  count(*) filter (where s.status = 'failed') as failed,
  count(*) filter (where s.status = 'skipped') as skipped,
  round(count(*) filter (where s.status = 'succeeded')::numeric
    / nullif(count(*) filter (where s.status in ('succeeded', 'failed')), 0), 4) as success_rate,
  percentile_cont(0.5) within group (order by s.duration) as p50_duration_seconds,
  percentile_cont(0.95) within group (order by s.duration) as p95_duration_seconds,
  percentile_cont(0.5) within group (order by s.drift) as p50_drift_seconds,
  percentile_cont(0.95) within group (order by s.drift) as p95_drift_seconds
from (
  select r.org_id, r.integration_id, r.integration_type, r.status,
    (r.triggered_at at time zone 'UTC')::date as day,
    extract(epoch from r.finished_at - r.started_at)::double precision as duration,
    case when r.triggered_by = 'schedule'
      then extract(epoch from r.started_at - r.scheduled_for)::double precision end as drift
  from public.sync_run_log r
) s
group by s.org_id, s.integration_id, s.integration_type, s.day;
revoke all on public.sync_statistics from public, anon, authenticated, service_role;
comment on view public.sync_statistics is
  'Runs of each integration and UTC day on which they were triggered: how many, how they ended, how long '
  'they took, and how late scheduled ones started (started_at - scheduled_for). `runs` leaves out skipped '
  'slots. `success_rate` is succeeded among succeeded and failed, from 0 to 1, null if there was neither. '
  'Filter by org_id. Members see their organisations.';

create or replace view public.sync_drift_statistics with (security_invoker = true) as
select r.org_id, (r.scheduled_for at time zone 'UTC')::date as day, count(*) as slots,
  count(r.started_at) as started,
  percentile_cont(0.5) within group (order by extract(epoch from r.started_at - r.scheduled_for))
    as p50_seconds,
  percentile_cont(0.95) within group (order by extract(epoch from r.started_at - r.scheduled_for))
    as p95_seconds,
  max(extract(epoch from r.started_at - r.scheduled_for)) as max_seconds
from public.sync_run_log r
where r.triggered_by = 'schedule' and r.status <> 'skipped'
group by r.org_id, (r.scheduled_for at time zone 'UTC')::date;
revoke all on public.sync_drift_statistics from public, anon, authenticated, service_role;
comment on view public.sync_drift_statistics is
  'How late scheduled runs started (started_at - scheduled_for, in seconds), for each organisation and UTC '
  'day of the slot. slots counts those that were started, started those that a worker took. Members see '
  'their organisations.';

create or replace view sync_scheduler.warmup_statistics as
select s.with_warmup, count(distinct s.scheduled_for) as slots, count(*) as runs,
  count(*) filter (where s.cold_start) as cold_starts,
  percentile_cont(0.5) within group (order by s.boot_ms) filter (where s.cold_start) as p50_boot_ms,
  percentile_cont(0.95) within group (order by s.boot_ms) filter (where s.cold_start) as p95_boot_ms,
  percentile_cont(0.5) within group (order by s.claim_ms) as p50_dispatch_to_claim_ms,
  percentile_cont(0.95) within group (order by s.claim_ms) as p95_dispatch_to_claim_ms,
  percentile_cont(0.5) within group (order by s.drift_seconds) as p50_drift_seconds,
  percentile_cont(0.95) within group (order by s.drift_seconds) as p95_drift_seconds
from (
  select r.scheduled_for, a.cold_start, a.boot_ms,
    coalesce(w.answered_at <= r.scheduled_for, false) as with_warmup,
    extract(epoch from a.claimed_at - a.dispatched_at)::double precision * 1000 as claim_ms,
    extract(epoch from r.started_at - r.scheduled_for)::double precision as drift_seconds
  from sync_scheduler.settings s
  -- An older slot may have had a warm-up that is deleted by now.
  join public.sync_run_log r on r.scheduled_for > now() - s.retention_ticks
  join sync_scheduler.run_attempts a on a.run_id = r.run_id and a.attempt = 1 and a.claimed_at is not null
  left join sync_scheduler.warmups w on w.scheduled_for = r.scheduled_for
  where r.triggered_by = 'schedule'
    -- What the scheduler came late to, or kept waiting behind another run, says nothing of warm-ups.
    and r.triggered_at < r.scheduled_for + interval '1 minute'
) s
group by s.with_warmup;
comment on view sync_scheduler.warmup_statistics is
  'For the operator: first attempts of scheduled runs of the last settings.retention_ticks. It compares '
  'those whose slot had a warm-up that was answered in time with those that had none. Warm-ups are worth it '
  'if with_warmup has fewer cold_starts a run and a shorter p50_dispatch_to_claim_ms, which has the '
  'placing of the isolate, too. For the half without, set settings.warmup_lead to 0 for some days. One '
  'warm-up boots one isolate: with many runs a slot the others still start cold.';
