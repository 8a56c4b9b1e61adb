create or replace function sync_scheduler.end_incident(integration_type text, host text, seen_at timestamptz) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  ended public.sync_vendor_incidents;
  failed uuid[];
begin
  update public.sync_vendor_incidents o set ended_at = now()
  where o.integration_type = end_incident.integration_type and o.host = end_incident.host and o.ended_at is null
    -- What was asked before it began says nothing of now.
    and o.began_at <= end_incident.seen_at
  returning * into ended;
  if ended.incident_id is null then
    return false;
  end if;
  update public.sync_alerts a set resolved_at = now()
  where a.org_id is null and a.resolved_at is null and a.integration_type = ended.integration_type
    and a.details ->> 'incident_id' = ended.incident_id::text;

  -- From here on nothing is waited for: who holds one of these rows has news of its own. Those that failed are asked at their
  -- next turn, which is within an interval.
  failed := array(
    select f.integration_id from sync_scheduler.vendor_failures f
    where f.integration_type = ended.integration_type and f.host = ended.host for update skip locked);
  delete from sync_scheduler.vendor_failures f where f.integration_id = any (failed);
  update public.sync_integration_health h set
    consecutive_failures = 0,
    next_check_at = sync_scheduler.plan_check(i, 0, h.passive_since)
  from public.sync_integrations i
  where i.id = h.integration_id and h.integration_id in (
    select l.integration_id from public.sync_integration_health l
    where l.integration_id = any (failed) for no key update skip locked);
  return true;
end;
$$;
revoke all on function sync_scheduler.end_incident(text, text, timestamptz) from public, anon, authenticated, service_role;
comment on function sync_scheduler.end_incident(text, text, timestamptz) is
  'Somebody has got through to the vendor with what was asked at seen_at: its open incident, if it began before, is over, and its '
  'alert is resolved. Returns whether there was one. For note_vendor_answer.';
