create or replace function sync_scheduler.end_pauses() returns void
language plpgsql set search_path = '' set enable_seqscan = off as $$
declare
  ended public.sync_integrations;
begin
  for ended in
    select * from public.sync_integrations i
    -- Not before every slot that fell into the pause has been recorded as such.
    where i.resume_at <= now() and coalesce(i.next_run_at >= i.resume_at, true)
    order by i.resume_at limit 500 for no key update skip locked
  loop
    update public.sync_integrations i
    set paused_at = null, paused_by = null, pause_reason = null, resume_at = null where i.id = ended.id;
    perform sync_scheduler.audit(ended, 'pause_ended', ended.pause_reason,
      jsonb_build_object('paused_at', ended.paused_at, 'resume_at', ended.resume_at));
  end loop;
end;
$$;
revoke all on function sync_scheduler.end_pauses() from public, anon, authenticated, service_role;
comment on function sync_scheduler.end_pauses() is
  'Clears pauses whose resume_at has passed. Triggers and slots do not wait for it: they read resume_at.';
