-- Empties the payloads of an organisation's entries that were settled (redact_batch) before an instant. All
-- else stays: nothing can be exported twice, and sums remain. Returns {redacted, left,
-- left_entries: [{integration_type, entry_key}] (at most 100)}. For the owner of the database.
create or replace function sync_scheduler.redact_entries(org_id uuid, before timestamptz) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
declare
  redacted integer;
begin
  if redact_entries.before is null or redact_entries.before > now() then
    raise exception 'sync_scheduler.redact_entries needs an instant in the past';
  end if;
  perform from public.sync_integrations i where i.org_id = redact_entries.org_id
  order by i.id for no key update;
  -- The worker goes on: what is settled, with all of its batch, it never takes again.
  redacted := sync_scheduler.redact_batch(array(
    select e.entry_id
    from public.sync_export_entries e join public.sync_integrations i on i.id = e.integration_id
    where i.org_id = redact_entries.org_id and e.redacted_at is null
      and coalesce(e.exported_at, e.decided_at, e.created_at) < redact_entries.before));
  return (
    select jsonb_build_object('redacted', redacted, 'left', count(*), 'left_entries', coalesce(jsonb_agg(
      jsonb_build_object('integration_type', o.integration_type, 'entry_key', o.entry_key) order by o.place)
      filter (where o.place <= 100), '[]'))
    from (
      select i.integration_type, e.entry_key,
        row_number() over (order by i.integration_type, e.entry_id) as place
      from public.sync_export_entries e join public.sync_integrations i on i.id = e.integration_id
      where i.org_id = redact_entries.org_id and e.redacted_at is null
        and coalesce(e.exported_at, e.decided_at, e.created_at) < redact_entries.before) o);
end;
$$;

-- Empties the payloads of those of these entries that are settled: exported, withdrawn or rejected, not
-- undecided, and nothing of their batch is open. Keeps debit total and currency. Returns how many.
create or replace function sync_scheduler.redact_batch(entry_ids bigint[]) returns integer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  redacted integer;
begin
  -- Nothing to do, and a statement that changes nothing fires triggers all the same.
  if redact_batch.entry_ids = '{}' then
    return 0;
  end if;
  update public.sync_export_entries e set
    payload = '{}',
    -- The external system's words may quote the voucher, and a person's reason is in the audit log.
    error_message = null,
    conflict_content = case when e.conflict_at is not null then e.conflict_content end,
    redacted_at = now(),
    redacted_debit = (
      select sum((l ->> 'debit')::numeric) from jsonb_array_elements(
        case jsonb_typeof(e.payload -> 'lines') when 'array' then e.payload -> 'lines' else '[]' end) l
      where sync_scheduler.amount_fault(l -> 'debit') is null),
    redacted_currency = case when jsonb_typeof(e.payload -> 'currency') = 'string'
      then left(e.payload ->> 'currency', 10) end
  -- A range: no plan may compare the ids with the entries of all tenants (store_delivery.sql).
  from unnest(redact_batch.entry_ids) n (entry_id)
  where e.entry_id between n.entry_id and n.entry_id and e.redacted_at is null and not e.undecided
    and e.state in ('exported', 'withdrawn', 'rejected')
    -- A batch with an open entry goes out again whole. Sought for each: a join might read the whole table.
    and not exists (select from public.sync_export_entries o
      where o.batch_id = e.batch_id and o.state in ('sending', 'unknown') offset 0);
  get diagnostics redacted = row_count;
  return redacted;
end;
$$;

-- Redacts what is older than settings.retention_payload among the next batch_size entries of its walk, which
-- goes through all of them once a week at most. Returns how many it redacted.
create or replace function sync_scheduler.purge_payloads(batch_size integer, settings sync_scheduler.settings)
  returns integer
language plpgsql set search_path = pg_catalog, pg_temp
  -- Or a planner that takes the table for small sorts all of it for the next few.
  set enable_seqscan = off set enable_bitmapscan = off set jit = off as $$
declare
  walk sync_scheduler.redaction;
  looked bigint[];
begin
  -- Of two purges at once one walks.
  select * into walk from sync_scheduler.redaction where settings.retention_payload is not null
  for no key update skip locked;
  if not found then
    return 0;
  end if;
  -- Entries come in the order of their ids: the walk waits at the first batch that is too young.
  looked := array(
    select n.entry_id from (
      select e.entry_id, e.created_at from public.sync_export_entries e
      where e.entry_id > walk.reached order by e.entry_id limit batch_size) n
    where n.created_at < now() - settings.retention_payload order by n.entry_id);
  if looked = '{}' then
    update sync_scheduler.redaction r set reached = 0, began_at = now()
      where r.began_at < now() - interval '7 days';
    return 0;
  end if;
  update sync_scheduler.redaction r set reached = looked[cardinality(looked)] where r.only_row;
  return sync_scheduler.redact_batch(array(
    select e.entry_id from unnest(looked) n (entry_id)
    join public.sync_export_entries e on e.entry_id between n.entry_id and n.entry_id
    where coalesce(e.exported_at, e.decided_at, e.created_at) < now() - settings.retention_payload
    for no key update of e skip locked));
exception when others then
  raise warning 'sync_scheduler.purge_payloads: % (%)', sqlerrm, sqlstate;
  return 0;
end;
$$;
