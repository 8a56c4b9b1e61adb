-- Writes what a delivery does not refuse, and counts: `added`, `replaced`, `conflicts` and `unchanged`, which
-- ends a conflict. `withdrawn`, if there are any, names the keys that stay withdrawn. `readmit`: they wait
-- again. The caller keeps the worker from the entries.
create or replace function sync_scheduler.store_delivery(
  integration public.sync_integrations, delivered sync_scheduler.delivered_entry[], readmit boolean
) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  taken bigint;
  copies bigint;
  added integer := 0;
  replaced integer;
  corrected text[];
  readmitted text[];
  withdrawn jsonb;
  withdrawn_copies bigint;
  conflicts integer;
begin
  select count(*), coalesce(sum(d.copies), 0) into taken, copies
  from unnest(store_delivery.delivered) d where d.reason is null;

  -- In the order of the list: a batch is sent in the order of entry_id.
  insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
  select integration.id, d.entry_key, d.period, d.document_number, d.payload
  from unnest(store_delivery.delivered) d
  where d.reason is null and d.hash is null
  order by d.number
  on conflict (integration_id, entry_key) do nothing;
  get diagnostics added = row_count;
  if added = taken then
    return jsonb_build_object('added', added, 'replaced', 0, 'unchanged', copies - added, 'conflicts', 0);
  end if;

  with compared as materialized (
    select d.number, d.copies, d.period, d.document_number, d.payload, h.hash, e.*,
      case
        when e.is_replaceable or (e.state = 'withdrawn' and store_delivery.readmit) then 'replaced'
        when e.state = 'withdrawn' then 'stays withdrawn'
        when e.payload_hash = h.hash and e.conflict_at is not null then 'agreed'
        when e.payload_hash = h.hash then 'unchanged'
        when e.conflict_payload_hash is distinct from h.hash then 'contradicted'
        when e.conflict_at is not null then 'known conflict'
      end as effect
    from unnest(store_delivery.delivered) d cross join lateral (
      select coalesce(d.hash, sync_scheduler.entry_hash(d.period, d.document_number, d.payload)) as hash
      offset 0) h
    cross join lateral (
      select x.entry_id, x.entry_key, x.state, x.payload_hash, x.conflict_payload_hash, x.conflict_at,
        -- Asked for other content only: to call it for each would slow a repeated delivery by a quarter.
        case when x.payload_hash <> h.hash then sync_scheduler.is_replaceable(x) end as is_replaceable
      from public.sync_export_entries x
      -- A range: one index alone serves it, see read_delivery in add_entries.sql.
      where (x.entry_key, x.integration_id) between (d.entry_key, integration.id)
        and (d.entry_key, integration.id)
      order by x.entry_key, x.integration_id limit 1) e
    where d.reason is null
  ), fresh as (
    -- No vendor holds it: what the source says now shall be booked.
    update public.sync_export_entries e set
      period = t.period, document_number = t.document_number, payload = t.payload,
      state = 'pending', batch_id = null, error_message = null, conflict_at = null,
      -- The content is there again: an empty payload, which may be the content, must not count as redacted.
      redacted_at = null, redacted_debit = null, redacted_currency = null,
      run_id = case when t.state = 'pending' then e.run_id end,
      decided_at = case when t.state = 'pending' then e.decided_at end
    from compared t
    -- A range, here and below: with an equality a plan may compare each delivered key with each entry of all
    -- tenants, when the statistics say that there are none.
    where e.entry_id between t.entry_id and t.entry_id and t.effect = 'replaced'
  ), contradicted as (
    -- Never a second voucher, and never a batch that differs from its first send: a person decides.
    update public.sync_export_entries e
    set conflict_at = now(), conflict_payload_hash = t.hash, conflict_content =
      jsonb_build_object('period', t.period, 'document_number', t.document_number, 'payload', t.payload)
    from compared t where e.entry_id between t.entry_id and t.entry_id and t.effect = 'contradicted'
  ), agreed as (
    -- The source says again what was sent: the contradiction is taken back, and must not be adopted later.
    update public.sync_export_entries e
    set conflict_at = null, conflict_payload_hash = null, conflict_content = null
    from compared t where e.entry_id between t.entry_id and t.entry_id and t.effect = 'agreed'
  )
  select count(*) filter (where t.effect = 'replaced'),
    array_agg(t.entry_key) filter (where t.effect = 'replaced' and t.state = 'rejected'),
    array_agg(t.entry_key) filter (where t.effect = 'replaced' and t.state = 'withdrawn'),
    count(*) filter (where t.effect in ('contradicted', 'known conflict')),
    jsonb_agg(t.entry_key order by t.number) filter (where t.effect = 'stays withdrawn'),
    coalesce(sum(t.copies) filter (where t.effect = 'stays withdrawn'), 0)
  into replaced, corrected, readmitted, conflicts, withdrawn, withdrawn_copies from compared t;
  perform sync_scheduler.audit(integration, a.action, null, jsonb_build_object(
    'entry_keys', to_jsonb(a.keys[1:1000]), 'entries', cardinality(a.keys)))
  from (values ('entries_readmitted', readmitted), ('entries_corrected', corrected)) a (action, keys)
  where a.keys is not null;
  return jsonb_build_object('added', added, 'replaced', replaced, 'conflicts', conflicts,
    'unchanged', copies - added - replaced - conflicts - withdrawn_copies)
    || case when withdrawn is null then '{}' else jsonb_build_object('withdrawn', withdrawn) end;
end;
$$;

-- Remembers which keys a delivery refused, and forgets those that it took. The row in refused_deliveries is
-- an event: alerts has a trigger on it. The caller holds the integration's lock.
create or replace function sync_scheduler.record_refusals(
  integration public.sync_integrations, delivered sync_scheduler.delivered_entry[]
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  -- As many as settle_sync_entries takes. A whole delivery may be unsound, and each key closes by itself.
  most constant integer := 10000;
  refused constant bigint := (
    select count(*) from unnest(record_refusals.delivered) d where d.reason is not null);
begin
  if refused = 0 and not exists (
    select from sync_scheduler.refused_entries r where r.integration_id = integration.id)
  then
    return;
  end if;

  delete from sync_scheduler.refused_entries r
  using unnest(record_refusals.delivered) d
  -- A range: the number of comparisons must not be the product of both lists.
  where (r.integration_id, r.entry_key) between (integration.id, d.entry_key)
    and (integration.id, d.entry_key) and d.reason is null;
  insert into sync_scheduler.refused_entries as r (integration_id, entry_key, field, reason)
  select distinct on (n.name) integration.id, n.name, n.field, n.reason
  from (
    select d.number, d.field, d.reason, case
      when o.entry_key is not null or count(*) filter (where o.entry_key is null) over (order by d.number)
        <= most - (
          select count(*) from sync_scheduler.refused_entries r where r.integration_id = integration.id)
      then k.name else '' end as name
    from unnest(record_refusals.delivered) d
    cross join lateral (
      select case when length(d.entry_key) between 1 and 200 then d.entry_key else '' end as name) k
    left join sync_scheduler.refused_entries o on o.integration_id = integration.id and o.entry_key = k.name
    where d.reason is not null) n
  order by n.name, n.number
  on conflict (integration_id, entry_key) do update set field = excluded.field, reason = excluded.reason;

  insert into sync_scheduler.refused_deliveries as d (integration_id, refused)
  values (integration.id, refused)
  on conflict on constraint refused_deliveries_pkey do update set
    refused = excluded.refused, delivered_at = excluded.delivered_at;
end;
$$;
