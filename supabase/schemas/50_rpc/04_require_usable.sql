create or replace function sync_scheduler.require_usable(integration public.sync_integrations) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if not integration.enabled then
    perform sync_scheduler.raise_error('integration_disabled');
  end if;
  if sync_scheduler.is_paused(integration) then
    perform sync_scheduler.raise_error('integration_paused', jsonb_build_object(
      'reason', integration.pause_reason,
      'paused_at', integration.paused_at,
      'resume_at', integration.resume_at));
  end if;
end;
$$;
revoke all on function sync_scheduler.require_usable(public.sync_integrations)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.require_usable(public.sync_integrations) is
  'Refuses an integration that is switched off (PT409 integration_disabled) or paused (PT409 integration_paused); a '
  'pause ends by itself at resume_at.';
