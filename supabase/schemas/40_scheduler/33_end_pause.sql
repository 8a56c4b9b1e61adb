create or replace function sync_scheduler.end_pause(integration public.sync_integrations) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update public.sync_integrations i
  set paused_at = null, paused_by = null, pause_reason = null, resume_at = null where i.id = integration.id;
  -- Without the pause's reason, as in resume_integration_sync.
  perform sync_scheduler.audit(integration, 'pause_ended', null,
    jsonb_build_object('paused_at', integration.paused_at, 'resume_at', integration.resume_at));
end;
$$;
revoke all on function sync_scheduler.end_pause(public.sync_integrations)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.end_pause(public.sync_integrations) is
  'Clears a pause whose resume_at has passed, and writes it down. The caller holds the integration''s lock.';
