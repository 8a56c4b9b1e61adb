create or replace function sync_scheduler.read_delivery(integration public.sync_integrations, entries jsonb)
returns sync_scheduler.delivered_entry[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  known constant text[] := '{entry_key,period,document_number,payload}'::text[];
  max_payload constant integer := (select s.max_payload from sync_scheduler.settings s);
  repeated text[];
  delivered sync_scheduler.delivered_entry[];
begin
  select array_agg(r.entry_key) into repeated from (
    select i ->> 'entry_key' as entry_key from jsonb_array_elements(read_delivery.entries) i
    where jsonb_typeof(i -> 'entry_key') = 'string'
    group by i ->> 'entry_key' having count(*) > 1) r;

  with item as materialized (
    select l.item, l.number, case when jsonb_typeof(l.item -> 'entry_key') = 'string' then l.item ->> 'entry_key' end as entry_key
    from jsonb_array_elements(read_delivery.entries) with ordinality l (item, number)
  ), copy as (
    -- A key that comes twice with one content is one entry. With two contents nobody knows which one is right.
    select i.entry_key, min(i.number) as number, count(*) as copies,
      -- A number of ten bytes may have 131,072 digits: such an item is refused, and never written out.
      count(distinct case when sync_scheduler.loses_digits(i.item) then jsonb_hash_extended(i.item, 0)::text else i.item::text end)
        as contents
    from item i where i.entry_key = any (repeated) group by i.entry_key
  ), shaped as materialized (
    select i.number, i.entry_key,
      case when jsonb_typeof(i.item -> 'period') = 'string' then i.item ->> 'period' end as period,
      case when jsonb_typeof(i.item -> 'document_number') = 'string' then i.item ->> 'document_number' end as document_number,
      i.item -> 'payload' as payload, coalesce(c.copies, 1) as copies,
      -- What has no name in the outbox would be dropped in silence, and what is no text would be read as one.
      case
        when jsonb_typeof(i.item) <> 'object' then array['entries', 'The item is not an object.']
        when c.contents > 1 then array['entry_key', format('The key comes %s times, with different content.', c.copies)]
        when i.item - known <> '{}' then (
          select array[left(min(k), 100), 'An entry has no field of this name.'] from jsonb_object_keys(i.item - known) k)
        when i.entry_key is null then array['entry_key', 'The key is missing, or is not a text.']
        when jsonb_typeof(i.item -> 'period') is distinct from 'string'
          then array['period', 'The period is missing, or is not a text.']
        when jsonb_typeof(i.item -> 'document_number') is distinct from 'string'
          then array['document_number', 'The document number is missing, or is not a text.']
      end as fault
    from item i left join copy c on c.entry_key = i.entry_key
    where c.number is null or c.number = i.number
  ), compared as materialized (
    select s.*, e.hash, e.hash in (e.payload_hash, e.conflict_payload_hash) as is_known
    from shaped s left join lateral (
      select x.payload_hash, x.conflict_payload_hash,
        sync_scheduler.entry_hash(s.period, s.document_number, s.payload) as hash
      from public.sync_export_entries x
      -- A range that begins with the key: one index alone serves it, whatever the statistics say.
      where (x.entry_key, x.integration_id) between (s.entry_key, integration.id) and (s.entry_key, integration.id)
        -- It is refused below, and not written out for its hash.
        and sync_scheduler.loses_digits(s.payload) is not true
      order by x.entry_key, x.integration_id limit 1) e on s.fault is null
  )
  select array_agg(row(c.number, c.entry_key, c.period, c.document_number, c.payload, c.copies, c.hash,
    coalesce(c.fault[1], (f.fault).field), coalesce(c.fault[2], (f.fault).reason))::sync_scheduler.delivered_entry
    order by c.number)
  into delivered
  from compared c left join lateral (
    -- Content that is there already was judged when it came. The offset keeps the planner from asking twice.
    select sync_scheduler.entry_fault(integration, c.entry_key, c.period, c.document_number, c.payload, max_payload) as fault
    where c.fault is null and c.is_known is not true offset 0) f on true;
  return coalesce(delivered, '{}');
end;
$$;
revoke all on function sync_scheduler.read_delivery(public.sync_integrations, jsonb)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.read_delivery(public.sync_integrations, jsonb) is
  'Reads the list of a delivery in its order, each key once, with the field and the reason of what is refused. An item that '
  'is refused for its shape costs no other item. hash is set when the key was known. entries is a JSON list. The caller holds '
  'the integration''s lock.';
