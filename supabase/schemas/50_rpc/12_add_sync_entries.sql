-- Definer, because the service role reads entries and writes none. Only the service role may execute this: it is the host's
-- backend, and acts for any organisation.
create or replace function public.add_sync_entries(
  org_id uuid, integration_type text, entries jsonb, atomic boolean default false, readmit boolean default false
) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
declare
  -- As many as settle_sync_entries takes.
  most constant integer := 10000;
  integration public.sync_integrations;
  delivered sync_scheduler.delivered_entry[];
  refused jsonb;
  counts jsonb;
  broken text;
begin
  -- One number that is too long refuses its entry, not the delivery: read_delivery.
  perform sync_scheduler.require_size('entries', add_sync_entries.entries, 67108864, any_number := true);
  if jsonb_typeof(add_sync_entries.entries) is distinct from 'array' then
    perform sync_scheduler.raise_error('invalid_entries', '{"entries": "a list of entries"}');
  elsif jsonb_array_length(add_sync_entries.entries) > most then
    -- The answer names each that is refused.
    perform sync_scheduler.raise_error('invalid_entries', jsonb_build_object('entries', format('at most %s', most)));
  end if;
  integration := sync_scheduler.lock_integration(add_sync_entries.org_id, add_sync_entries.integration_type);
  -- Else a worker might lock the same entries in another order, or send one that is just being replaced.
  perform sync_scheduler.lock_active_run(integration.id);

  delivered := sync_scheduler.read_delivery(integration, add_sync_entries.entries);
  refused := sync_scheduler.refused_items(delivered);
  if add_sync_entries.atomic and jsonb_array_length(refused) > 0 then
    perform sync_scheduler.raise_error('invalid_entries', jsonb_build_object(
      'refused', (
        select jsonb_agg(r.item || jsonb_strip_nulls(jsonb_build_object('entry_key', left(r.item ->> 'entry_key', 100))) order by r.number)
        from jsonb_array_elements(refused) with ordinality r (item, number) where r.number <= 10),
      'refused_count', jsonb_array_length(refused)));
  end if;
  begin
    counts := sync_scheduler.store_delivery(integration, delivered, coalesce(add_sync_entries.readmit, false));
  exception when integrity_constraint_violation or data_exception then
    -- The table's own checks are the second line. Postgres would quote the row.
    get stacked diagnostics broken = constraint_name;
    perform sync_scheduler.raise_error('invalid_entries', jsonb_build_object('constraint', broken));
  end;
  perform sync_scheduler.record_refusals(integration, delivered);
  return counts || jsonb_build_object('refused', refused);
end;
$$;
revoke all on function public.add_sync_entries(uuid, text, jsonb, boolean, boolean)
  from public, anon, authenticated, service_role;
grant execute on function public.add_sync_entries(uuid, text, jsonb, boolean, boolean) to service_role;
comment on function public.add_sync_entries(uuid, text, jsonb, boolean, boolean) is
  'Delivers entries to the outbox of an organisation''s integration, as often as the host likes. For the service role. '
  'entries: a list of at most 10,000 {entry_key, period, document_number, payload}, exported in its order. atomic: all or none. readmit: '
  'withdrawn entries go out, also with the same content. Returns counts: added (new keys, pending), '
  'replaced (nothing of it stands anywhere: the new content is what will be sent), unchanged, conflicts (sent with other content: '
  'nothing is sent again, conflict_at and conflict_content are set for a person; counted until settle_sync_entries '
  'closes them, or the source says again what was sent); withdrawn, if there are any: the keys that come with the content with which they were withdrawn, and stay so; '
  'and refused: a list of {entry_key, field, reason}, and index where an item has no key. Refused items change '
  'nothing; the others are taken, and the alert entries_refused is open until each refused key is taken, too. No answer quotes a payload. Errors: PT422 argument_too_long (more than 64 MB), PT422 invalid_entries (no such list, or atomic and something is '
  'refused: details has refused, at most 10 of them, and refused_count), PT422 unknown_integration_type, PT404 '
  'integration_not_found.';
