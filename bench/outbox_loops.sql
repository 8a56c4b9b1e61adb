-- Exports batches of one integration inside the server, one commit a call: as the worker does, and as bare
-- updates of the same rows. The bare table has the same columns, checks and indexes, and no trigger.
create table bench.bare_outbox (like public.sync_export_entries including all);
do $$
declare
  columns constant text := (
    select string_agg(quote_ident(a.attname), ', ') from pg_attribute a
    where a.attrelid = 'public.sync_export_entries'::regclass and a.attnum > 0 and a.attgenerated = ''
      and not a.attisdropped);
begin
  execute format('insert into bench.bare_outbox (%1$s) overriding system value '
    'select %1$s from public.sync_export_entries', columns);
end;
$$;
analyze bench.bare_outbox;

create function bench.results(batch jsonb) returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object('entry_key', e ->> 'entry_key', 'state', 'exported',
    'external_id', 'X'))
  from jsonb_array_elements(batch -> 'entries') e
$$;

create procedure bench.export_batches(run_id uuid, batches integer, size integer,
  inout milliseconds double precision)
language plpgsql as $$
declare
  began constant timestamptz := clock_timestamp();
  batch jsonb;
begin
  for i in 1 .. batches loop
    batch := public.sync_worker_reserve_entries(run_id, 1, 't', size);
    commit;
    assert jsonb_array_length(batch -> 'entries') = size, 'too few entries wait';
    perform public.sync_worker_record_results(run_id, 1, 't', (batch ->> 'batch_id')::uuid,
      bench.results(batch));
    commit;
  end loop;
  milliseconds := extract(epoch from clock_timestamp() - began) * 1000;
end;
$$;

create procedure bench.export_bare(integration_id uuid, batches integer, size integer,
  inout milliseconds double precision)
language plpgsql as $$
declare
  began constant timestamptz := clock_timestamp();
  id constant uuid := export_bare.integration_id;
  batch uuid;
  chosen bigint[];
  entries jsonb;
begin
  for i in 1 .. batches loop
    batch := gen_random_uuid();
    chosen := array(select e.entry_id from bench.bare_outbox e
      where e.integration_id between id and id and e.state = 'pending'
      order by e.integration_id, e.entry_id limit size for update);
    update bench.bare_outbox e set state = 'sending', batch_id = batch, sent_at = now(), run_id = batch
    where e.entry_id = any (chosen);
    entries := (
      select jsonb_agg(jsonb_build_object('entry_key', e.entry_key, 'period', e.period,
        'document_number', e.document_number, 'payload', e.payload) order by e.entry_id)
      from bench.bare_outbox e where e.batch_id = batch);
    commit;
    update bench.bare_outbox e set state = 'exported', exported_at = now(), external_id = r ->> 'external_id'
    from jsonb_array_elements(bench.results(jsonb_build_object('entries', entries))) r
    where e.batch_id = batch and e.entry_key = r ->> 'entry_key';
    commit;
  end loop;
  milliseconds := extract(epoch from clock_timestamp() - began) * 1000;
end;
$$;
