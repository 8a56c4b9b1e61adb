create or replace view sync_scheduler.warmup_statistics with (security_invoker = true) as
select s.with_warmup,
  count(distinct s.scheduled_for) as slots,
  count(*) as runs,
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
revoke all on sync_scheduler.warmup_statistics from public, anon, authenticated, service_role;
comment on view sync_scheduler.warmup_statistics is
  'For the operator: first attempts of scheduled runs of the last settings.retention_ticks, those whose slot had a warm-up '
  'that was answered in time against those that had none. To read it: warm-ups are worth it if with_warmup has fewer '
  'cold_starts a run and a shorter p50_dispatch_to_claim_ms, where the platform''s placing of the isolate shows, '
  'which boot_ms leaves out. boot_ms is of cold starts alone: what each of them cost. The warm-ups'' own boots are in '
  'sync_scheduler.warmups. For the half without, set settings.warmup_lead to 0 for some days. One warm-up boots one '
  'isolate: with many runs a slot the others still start cold.';
