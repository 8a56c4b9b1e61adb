create or replace function sync_scheduler.note_vendor_answer(integration_id uuid, seen_at timestamptz) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  integration public.sync_integrations;
  vendor_host text;
begin
  select * into strict integration from public.sync_integrations i where i.id = note_vendor_answer.integration_id;
  vendor_host := sync_scheduler.vendor_host(integration);
  if vendor_host is null then
    return;
  end if;
  delete from sync_scheduler.vendor_failures f where f.integration_id = integration.id;
  -- Read, and written once a minute: it is one row for everybody.
  if not exists (
    select from sync_scheduler.vendors v
    where v.integration_type = integration.integration_type and v.host = vendor_host
      and v.answered_at > greatest(v.failed_at, clock_timestamp() - interval '1 minute'))
  then
    insert into sync_scheduler.vendors (integration_type, host, answered_at)
    values (integration.integration_type, vendor_host, clock_timestamp())
    on conflict (integration_type, host) do update set answered_at = excluded.answered_at;
  end if;
  if exists (select from public.sync_vendor_incidents o where o.ended_at is null) then
    perform sync_scheduler.end_incident(integration.integration_type, vendor_host, seen_at);
  end if;
end;
$$;
revoke all on function sync_scheduler.note_vendor_answer(uuid, timestamptz) from public, anon, authenticated, service_role;
comment on function sync_scheduler.note_vendor_answer(uuid, timestamptz) is
  'A check or a run of the integration, begun at seen_at, has got through: its vendor is there, for everybody. The last thing that '
  'its caller does: after health.';
