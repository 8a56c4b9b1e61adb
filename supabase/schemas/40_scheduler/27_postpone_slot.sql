create or replace function sync_scheduler.postpone_slot(integration_id uuid, reason text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  integration public.sync_integrations;
begin
  -- Nobody has held it since the failure: who has given it another schedule meanwhile has dealt with the slot.
  update public.sync_integrations i set next_tick_at = now() + interval '1 minute'
  where i.id = postpone_slot.integration_id and i.next_tick_at <= now() returning * into integration;
  if not found then
    return;
  end if;
  begin
    perform sync_scheduler.raise_alert(integration, 'start_failed', 'critical', integration.next_run_at,
      'A scheduled sync could not be started. It is tried again every minute.',
      jsonb_build_object('scheduled_for', integration.next_run_at, 'error', left(reason, 500)));
  exception when others then
    -- Whatever keeps the alert from being written must not bring the slot back into this very tick.
    raise warning 'sync_scheduler.postpone_slot: % (%)', sqlerrm, sqlstate;
  end;
exception when others then
  -- Then it comes first again: no worse than before.
  raise warning 'sync_scheduler.postpone_slot: % (%)', sqlerrm, sqlstate;
end;
$$;
revoke all on function sync_scheduler.postpone_slot(uuid, text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.postpone_slot(uuid, text) is
  'Puts an integration whose slot could not be started at the back of the queue for a minute and raises start_failed. The slot '
  'stays due: it runs late, or is recorded as missed.';
