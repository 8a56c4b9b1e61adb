-- Definer, because the service role may insert entries but change none. It alone may execute this: it is the host's
-- backend, and acts for any organisation.
create or replace function public.add_sync_entries(org_id uuid, integration_type text, entries jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
#variable_conflict use_variable
declare
  integration public.sync_integrations;
  added integer;
  replaced integer;
  conflicts integer;
begin
  if jsonb_typeof(entries) is distinct from 'array' or exists (
    select from jsonb_array_elements(entries) d group by d ->> 'entry_key'
    having d ->> 'entry_key' is null or count(*) > 1
  ) then
    perform sync_scheduler.raise_error('invalid_entries', '{"entries": "a list with each entry_key once"}');
  end if;
  integration := sync_scheduler.lock_integration(org_id, integration_type);
  -- Else a worker might lock the same entries in another order, or send one that is just being replaced.
  perform sync_scheduler.lock_active_run(integration.id);

  insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
  select integration.id, d.entry_key, d.period, d.document_number, d.payload
  from jsonb_to_recordset(entries) as d (entry_key text, period text, document_number text, payload jsonb)
  on conflict (integration_id, entry_key) do nothing;
  get diagnostics added = row_count;
  if added = jsonb_array_length(entries) then
    return jsonb_build_object('added', added, 'replaced', 0, 'unchanged', 0, 'conflicts', 0);
  end if;

  with delivered as materialized (
    select d.*, sync_scheduler.entry_hash(d.period, d.document_number, d.payload) as hash
    from jsonb_to_recordset(entries) as d (entry_key text, period text, document_number text, payload jsonb)
  ), fresh as (
    -- Nobody has seen it yet: what the source says now is what shall be booked.
    update public.sync_export_entries e
    set period = d.period, document_number = d.document_number, payload = d.payload
    from delivered d
    where e.integration_id = integration.id and e.entry_key = d.entry_key
      and e.state = 'pending' and e.payload_hash <> d.hash
    returning 1
  ), contradicted as (
    -- Never a second voucher, and never a batch that differs from its first send: a person decides.
    update public.sync_export_entries e
    set conflict_at = now(), conflict_payload_hash = d.hash, conflict_content =
      jsonb_build_object('period', d.period, 'document_number', d.document_number, 'payload', d.payload)
    from delivered d
    where e.integration_id = integration.id and e.entry_key = d.entry_key
      and e.state <> 'pending' and e.payload_hash <> d.hash and e.conflict_payload_hash is distinct from d.hash
    returning 1
  ), known as (
    select from public.sync_export_entries e join delivered d on d.entry_key = e.entry_key
    where e.integration_id = integration.id and e.payload_hash <> d.hash
      and e.conflict_payload_hash = d.hash and e.conflict_at is not null
  )
  select (select count(*) from fresh), (select count(*) from contradicted) + (select count(*) from known)
  into replaced, conflicts;
  return jsonb_build_object('added', added, 'replaced', replaced, 'conflicts', conflicts,
    'unchanged', jsonb_array_length(entries) - added - replaced - conflicts);
end;
$$;
revoke all on function public.add_sync_entries(uuid, text, jsonb) from public, anon, authenticated, service_role;
grant execute on function public.add_sync_entries(uuid, text, jsonb) to service_role;
comment on function public.add_sync_entries(uuid, text, jsonb) is
  'Delivers entries to the outbox of an organisation''s integration, as often as the host likes: a list of {entry_key, '
  'period, document_number, payload}, all or nothing. For the service role. Returns counts: added (new keys, pending), '
  'replaced (not sent yet: the new content is what will be), unchanged, conflicts (sent with other content: '
  'nothing is sent again, conflict_at and conflict_content are set for a person; counted until settle_sync_entries '
  'closes them). Errors: PT422 invalid_entries, PT422 unknown_integration_type, PT404 integration_not_found; 23502 and '
  '23514 for a value that the table refuses.';
