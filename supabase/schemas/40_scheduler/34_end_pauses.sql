create or replace function sync_scheduler.end_pauses() returns void
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
declare
  ended public.sync_integrations;
begin
  for ended in
    select * from public.sync_integrations i
    -- Not before every slot that fell into the pause has been recorded as such.
    where i.resume_at <= now() and coalesce(i.next_run_at >= i.resume_at, true)
    order by i.resume_at limit 500 for no key update skip locked
  loop
    perform sync_scheduler.end_pause(ended);
  end loop;
end;
$$;
revoke all on function sync_scheduler.end_pauses() from public, anon, authenticated, service_role;
comment on function sync_scheduler.end_pauses() is
  'Clears pauses whose resume_at has passed. Triggers and slots do not wait for it: they read resume_at.';
