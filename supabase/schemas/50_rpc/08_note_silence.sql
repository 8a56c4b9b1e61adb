create or replace function sync_scheduler.note_silence(integration public.sync_integrations) returns text
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if sync_scheduler.is_ticking() then
    return null;
  end if;
  if sync_scheduler.raise_alert(integration, 'scheduler_dead', 'critical',
    sync_scheduler.last_tick_at(),
    'The scheduler has stopped: nothing starts or is retried by itself. Syncs that are started by hand work.',
    jsonb_build_object('last_tick_at', sync_scheduler.last_tick_at()))
  then
    begin
      -- No tick will. The press goes on, whatever keeps it from being posted.
      perform sync_scheduler.post_alerts();
    exception when others then
      raise warning 'sync_scheduler.note_silence: % (%)', sqlerrm, sqlstate;
    end;
  end if;
  return 'scheduler_not_ticking';
end;
$$;
revoke all on function sync_scheduler.note_silence(public.sync_integrations)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.note_silence(public.sync_integrations) is
  'The notice for a run that somebody starts while the scheduler is silent, raising scheduler_dead once a silence, which is also posted at once; null '
  'while it ticks.';
