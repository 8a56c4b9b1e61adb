-- Definer, because no client may write alerts. The caller's role is checked before anything is told or done.
create or replace function public.acknowledge_sync_alert(alert_id uuid) returns public.sync_alerts
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
declare
  alert public.sync_alerts;
begin
  select * into alert from public.sync_alerts a where a.alert_id = acknowledge_sync_alert.alert_id;
  -- One that does not exist has no organisation, like one that is shared: nobody says for all that it is seen to.
  perform sync_scheduler.require_org_role(alert.org_id, '{admin,coordinator}');
  if alert.alert_id is null then
    perform sync_scheduler.raise_error('not_authorized');
  end if;
  -- What was refused is in no outbox: nobody else can say that it is over. The lock keeps a delivery out meanwhile.
  if alert.kind = 'entries_refused' and (sync_scheduler.acts_for_all() or sync_scheduler.has_org_role(alert.org_id, '{admin}')) then
    perform from public.sync_integrations i where i.id = alert.integration_id for no key update;
    delete from sync_scheduler.refused_entries r where r.integration_id = alert.integration_id
      and exists (select from public.sync_alerts a where a.alert_id = acknowledge_sync_alert.alert_id and a.resolved_at is null);
    update public.sync_alerts a set resolved_at = now()
    where a.alert_id = acknowledge_sync_alert.alert_id and a.resolved_at is null;
  end if;
  -- Of two at once the first one has it.
  update public.sync_alerts a set acknowledged_at = now(), acknowledged_by = sync_scheduler.caller_id()
  where a.alert_id = acknowledge_sync_alert.alert_id and a.acknowledged_at is null;
  select * into strict alert from public.sync_alerts a where a.alert_id = acknowledge_sync_alert.alert_id;
  return alert;
end;
$$;
revoke all on function public.acknowledge_sync_alert(uuid) from public, anon, authenticated, service_role;
grant execute on function public.acknowledge_sync_alert(uuid) to authenticated, service_role;
comment on function public.acknowledge_sync_alert(uuid) is
  'Says that somebody sees to an alert, and returns it; the first one who says so stays. It goes on counting, and is resolved '
  'by itself when its cause is gone; entries_refused also when an admin or the service role acknowledges it. For admins and coordinators of the organisation and the service role; an alert that '
  'several organisations share for the service role alone. Errors: PT401 not_authenticated, PT401 unsupported_identity, '
  'PT403 not_authorized.';
