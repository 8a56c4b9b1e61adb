create or replace function sync_scheduler.why_skip(
  integration public.sync_integrations, slot timestamptz
) returns public.sync_skip_reason
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return case
    when not integration.enabled then 'disabled'::public.sync_skip_reason
    when sync_scheduler.is_paused(integration) then 'paused'
    -- The scheduler may come long after the slot and the pause that it fell into.
    when integration.paused_at <= slot and integration.resume_at > slot then 'paused'
    when slot < now() - integration.catchup_window then 'missed'
  end;
end;
$$;
revoke all on function sync_scheduler.why_skip(public.sync_integrations, timestamptz)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.why_skip(public.sync_integrations, timestamptz) is
  'Why a due slot of the integration is not run now, as far as its settings say; null: it may run.';
