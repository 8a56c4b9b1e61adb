create or replace function sync_scheduler.count_failures(
  run public.sync_run_log, out in_a_row integer, out burnt integer
)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  select count(*), count(*) filter (where a.error_class is null or a.error_class not in ('rate_limited', 'permanent'))
  into in_a_row, burnt from sync_scheduler.run_attempts a
  where a.run_id = run.run_id and a.outcome in ('failed', 'lost')
    and a.settled_before = run.entries_done + run.entries_failed
    and a.attempt > coalesce((
      select max(c.attempt) from sync_scheduler.run_attempts c
      where c.run_id = run.run_id and c.outcome = 'continued'), 0);
end;
$$;
revoke all on function sync_scheduler.count_failures(public.sync_run_log) from public, anon, authenticated, service_role;
comment on function sync_scheduler.count_failures(public.sync_run_log) is
  'Failures of a run in a row: those since it last settled an entry or got through a slice. A vendor''s rate limit counts for '
  'the backoff (in_a_row) and burns no attempt; nor does a refusal after which the run went on (refusal_backoff).';
