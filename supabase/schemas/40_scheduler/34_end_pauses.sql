create or replace function sync_scheduler.end_pauses() returns void
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
declare
  over uuid;
  ended public.sync_integrations;
begin
  for over in
    select i.id from public.sync_integrations i
    -- Not before every slot that fell into the pause has been recorded as such.
    where i.resume_at <= now() and coalesce(i.next_run_at >= i.resume_at, true)
    order by i.resume_at limit 500
  loop
    begin
      -- Locked and cleared in one subtransaction, see start_due_runs.
      select * into ended from public.sync_integrations i
      where i.id = over and i.resume_at <= now() for no key update skip locked;
      if found then
        perform sync_scheduler.end_pause(ended);
      end if;
    exception when others then
      -- Its run is locked, perhaps. The next tick tries again, and the others go on.
      raise warning 'sync_scheduler.end_pauses: integration %: % (%)', over, sqlerrm, sqlstate;
    end;
    exit when sync_scheduler.is_out_of_time();
  end loop;
end;
$$;
revoke all on function sync_scheduler.end_pauses() from public, anon, authenticated, service_role;
comment on function sync_scheduler.end_pauses() is
  'Clears pauses whose resume_at has passed. Triggers and slots do not wait for it: they read resume_at.';
