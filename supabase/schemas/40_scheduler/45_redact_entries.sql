create or replace function sync_scheduler.redact_entries(org_id uuid, before timestamptz) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
declare
  integration public.sync_integrations;
  redacted integer := 0;
  open_keys jsonb;
  open_count integer;
begin
  if redact_entries.before is null or redact_entries.before > now() then
    raise exception 'sync_scheduler.redact_entries needs an instant in the past';
  end if;
  for integration in
    select * from public.sync_integrations i where i.org_id = redact_entries.org_id order by i.id for no key update
  loop
    -- The worker goes on: what is settled, with all of its batch, it never takes again.
    redacted := redacted + sync_scheduler.redact_batch(array(
      select e.entry_id from public.sync_export_entries e
      where e.integration_id = integration.id and e.redacted_at is null
        and coalesce(e.exported_at, e.decided_at, e.created_at) < redact_entries.before));
  end loop;

  select count(*), jsonb_agg(jsonb_build_object('integration_type', o.integration_type, 'entry_key', o.entry_key)
    order by o.integration_type, o.entry_id) filter (where o.place <= 100)
  into open_count, open_keys
  from (
    select i.integration_type, e.entry_key, e.entry_id, row_number() over (order by i.integration_type, e.entry_id) as place
    from public.sync_export_entries e join public.sync_integrations i on i.id = e.integration_id
    where i.org_id = redact_entries.org_id and e.redacted_at is null
      and coalesce(e.exported_at, e.decided_at, e.created_at) < redact_entries.before) o;
  return jsonb_build_object('redacted', redacted, 'left', open_count, 'left_entries', coalesce(open_keys, '[]'));
end;
$$;
revoke all on function sync_scheduler.redact_entries(uuid, timestamptz) from public, anon, authenticated, service_role;
comment on function sync_scheduler.redact_entries(uuid, timestamptz) is
  'Empties the payloads of an organisation''s entries that were exported, withdrawn or decided before an instant. Key, hash, period, '
  'number, external id, debit total and currency stay: nothing can be exported twice, and sums remain. Left as they are: entries '
  'that wait, that a person has to decide about, or of whose batch something is open. Returns {redacted, left, left_entries: '
  '[{integration_type, entry_key}] (at most 100)}. For the owner of the database. Again it redacts nothing more.';
