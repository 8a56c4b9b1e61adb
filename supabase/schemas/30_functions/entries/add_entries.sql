-- Definer, because the service role reads entries and writes none. Only the service role may execute this: it
-- is the host's backend, and acts for any organisation. The caller is checked inside as well.
create or replace function public.add_sync_entries(
  org_id uuid, integration_type text, entries jsonb, atomic boolean default false,
  readmit boolean default false
) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  integration public.sync_integrations;
  delivered sync_scheduler.delivered_entry[];
  refused jsonb;
  counts jsonb;
  broken text;
begin
  -- A person who may execute this has a grant by mistake. Without one a person gets here only by a definer
  -- function of the host, which may deliver (docs/reference/callers.md).
  if sync_scheduler.acts_for_all() is not true and has_function_privilege(
    coalesce(nullif(current_setting('role'), 'none'), session_user)::name,
    'public.add_sync_entries(uuid, text, jsonb, boolean, boolean)', 'execute')
  then
    perform sync_scheduler.raise_error('not_authorized');
  end if;
  -- One number that is too long refuses its entry, not the delivery: read_delivery.
  perform sync_scheduler.require_size('entries', entries, 67108864, any_number := true);
  if jsonb_typeof(entries) is distinct from 'array' then
    perform sync_scheduler.raise_error('invalid_entries', '{"entries": "a list of entries"}');
  elsif jsonb_array_length(entries) > 10000 then
    -- As many as settle_sync_entries takes. The answer names each that is refused.
    perform sync_scheduler.raise_error('invalid_entries', '{"entries": "at most 10000"}');
  end if;
  integration := sync_scheduler.lock_integration(org_id, integration_type);
  -- Else a worker might lock the same entries in another order, or send one that is just being replaced.
  perform sync_scheduler.lock_active_run(integration.id);

  delivered := sync_scheduler.read_delivery(integration, entries);
  select coalesce(jsonb_agg(
    jsonb_build_object('entry_key', left(d.entry_key, 200), 'field', d.field, 'reason', d.reason)
    -- An item without a usable key is named by its place in the list.
    || case when length(d.entry_key) between 1 and 200 then '{}'
      else jsonb_build_object('entry_key', left(d.entry_key, 100), 'index', d.number - 1) end
    order by d.number), '[]')
  into refused from unnest(delivered) d where d.reason is not null;
  if atomic and jsonb_array_length(refused) > 0 then
    perform sync_scheduler.raise_error('invalid_entries', jsonb_build_object(
      'refused', (
        select jsonb_agg(r.item || jsonb_build_object('entry_key', left(r.item ->> 'entry_key', 100))
          order by r.number)
        from jsonb_array_elements(refused) with ordinality r (item, number) where r.number <= 10),
      'refused_count', jsonb_array_length(refused)));
  end if;
  begin
    counts := sync_scheduler.store_delivery(integration, delivered, coalesce(readmit, false));
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
comment on function public.add_sync_entries(uuid, text, jsonb, boolean, boolean) is
$$Delivers entries to the outbox, as often as you like, in the order in which they are to be exported.
For the service role alone, and the only way into the outbox. At most 10,000 a call. Each is
`{ entry_key, period, document_number, payload }`, at most 200 characters of key, 35 of document number and 1
MB of payload (`settings.max_payload`), and no other field. A key is exported at most once. A second delivery
with the same content changes nothing. With other content:

- an entry that the external system does not hold is **replaced**. It is still `pending`, or our own rules
  rejected it before its first send. Or the external system refused it at the first send of its batch, and
  holds nothing of it as the connector knows. Then nothing of that batch may be open, and no person may have
  decided about it;
- any other entry that was sent is a **conflict**: nothing is sent, `conflict_at` is set, and
  `conflict_content` keeps the new content. A person decides, or the source delivers again what was sent;
- an entry that `withdraw_sync_entries` took back is pending again. With the same content it stays withdrawn,
  and `withdrawn` names its key; `readmit` makes it pending all the same.

Returns counts: `added`, `replaced`, `unchanged`, `conflicts`; and `refused`, a list of
`{ entry_key, field, reason }`. **Read it**: a refused item is not in the outbox, and all others are. An item
without a usable key has its `index` in the list, from 0. A key that comes twice in one call with different
content is refused; with the same content it counts once more as unchanged. The rules judge only new and
changed content. Refused items raise the alert `entries_refused`, until each key is taken or the alert is
acknowledged. With `atomic` the call takes all or none, and raises an error instead. No answer and no error
quotes a payload.

**Order** holds within a batch and between batches, so a credit note that is delivered after its invoice is
sent after it. It does not hold past a batch that is set aside, nor past an entry that is refused.

Never repeat a delivery of a key after a newer one of it: the outbox takes the older content for the newest.
It replaces a pending entry, closes a conflict if it is what was sent, and makes a withdrawn entry wait again.

Errors: PT403 not_authorized, PT422 argument_too_long (more than 64 MB), PT422 invalid_entries (no list, or
more than 10,000 entries; or `atomic`, with `refused`, at most 10 of them, and `refused_count` in the
details), PT422 unknown_integration_type, PT404 integration_not_found.$$;

-- Reads the list of a delivery in its order, each key once, with the field and the reason of what is refused.
-- An item that is refused for its shape costs no other item. hash is set when the key was known. entries is a
-- JSON list. The caller holds the integration's lock.
create or replace function sync_scheduler.read_delivery(integration public.sync_integrations, entries jsonb)
returns sync_scheduler.delivered_entry[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  known constant text[] := '{entry_key,period,document_number,payload}'::text[];
  max_payload constant integer := (select s.max_payload from sync_scheduler.settings s);
  rules constant sync_scheduler.entry_rules := jsonb_populate_record(null::sync_scheduler.entry_rules,
    integration.config || jsonb_build_object('exported',
      sync_scheduler.exported_fields() -> integration.integration_type));
begin
  return array(
    with item as materialized (
      select l.item, l.number,
        case when jsonb_typeof(l.item -> 'entry_key') = 'string' then l.item ->> 'entry_key' end as entry_key
      from jsonb_array_elements(read_delivery.entries) with ordinality l (item, number)
    ), copy as (
      -- A key that comes twice with one content is one entry. With two contents it is not known which one is
      -- right.
      select i.entry_key, min(i.number) as number, count(*) as copies,
        -- A number of ten bytes may have 131,072 digits: such an item is refused, and never written out.
        count(distinct case when sync_scheduler.loses_digits(i.item) then jsonb_hash_extended(i.item, 0)::text
          else i.item::text end) as contents
      from item i
      where i.entry_key in (select r.entry_key from item r group by r.entry_key having count(*) > 1)
      group by i.entry_key
    ), shaped as materialized (
      select i.number, i.entry_key,
        case when jsonb_typeof(i.item -> 'period') = 'string' then i.item ->> 'period' end as period,
        case when jsonb_typeof(i.item -> 'document_number') = 'string'
          then i.item ->> 'document_number' end as document_number,
        i.item -> 'payload' as payload, coalesce(c.copies, 1) as copies,
        -- What has no name in the outbox would be dropped in silence, what is no text would be read as one.
        case
          when jsonb_typeof(i.item) <> 'object' then array['entries', 'The item is not an object.']
          when c.contents > 1
            then array['entry_key', format('The key comes %s times, with different content.', c.copies)]
          when i.item - known <> '{}' then (
            select array[left(min(k), 100), 'An entry has no field of this name.']
              from jsonb_object_keys(i.item - known) k)
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
          -- What loses digits is refused below, and not written out for its hash.
          case when sync_scheduler.loses_digits(s.payload) is not true
            then sync_scheduler.entry_hash(s.period, s.document_number, s.payload) end as hash
        from public.sync_export_entries x
        -- A range that begins with the key: one index alone serves it, whatever the statistics say.
        where (x.entry_key, x.integration_id) between (s.entry_key, integration.id)
          and (s.entry_key, integration.id)
        order by x.entry_key, x.integration_id limit 1) e on s.fault is null
    )
    select row(c.number, c.entry_key, c.period, c.document_number, c.payload, c.copies, c.hash,
      (coalesce(c.fault, f.fault))[1], (coalesce(c.fault, f.fault))[2])::sync_scheduler.delivered_entry
    from compared c left join lateral (
      -- Content that is there already was judged when it came. The offset keeps a plan from asking twice.
      select sync_scheduler.entry_fault(rules, c.entry_key, c.period, c.document_number, c.payload,
        max_payload) as fault
      where c.fault is null and c.is_known is not true offset 0) f on true
    order by c.number);
end;
$$;
