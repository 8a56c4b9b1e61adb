create or replace function sync_scheduler.vendor_wait(
  run public.sync_run_log, blames sync_scheduler.blames, retry_after interval, out asked interval, out is_too_long boolean
)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- What the connector waits for by its own choice is the run's own time.
  asked := case when blames = 'nobody' then '0' else coalesce(retry_after, '0') end;
  is_too_long := asked > interval '0' and asked + (
    select coalesce(sum(a.vendor_wait), '0') from sync_scheduler.run_attempts a where a.run_id = run.run_id)
    > (select s.longest_wait from sync_scheduler.settings s);
end;
$$;
revoke all on function sync_scheduler.vendor_wait(public.sync_run_log, sync_scheduler.blames, interval)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.vendor_wait(public.sync_run_log, sync_scheduler.blames, interval) is
  'How long the vendor asks the run to wait (0: it does not), and whether that is more than the run may still wait: '
  'settings.longest_wait is for all of its waits together. The caller holds the run''s row lock.';
