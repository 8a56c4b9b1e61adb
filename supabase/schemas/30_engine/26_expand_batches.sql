create or replace function sync_scheduler.expand_batches(integration_id uuid, entries jsonb) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  missing jsonb;
  sent_again jsonb;
  expanded jsonb;
begin
  if jsonb_typeof(expand_batches.entries) is distinct from 'array'
    or not jsonb_path_exists(expand_batches.entries, '$[*].batch_id')
  then
    return expand_batches.entries;
  end if;
  if exists (
    select from jsonb_array_elements(expand_batches.entries) d where d ? 'batch_id'
    group by d ->> 'batch_id'
    having count(*) > 1 or bool_or(d ? 'entry_key' or d ->> 'batch_id' is null or d ->> 'sent_at' is null
      or coalesce(d ->> 'resolution', '') not in ('exported', 'resend', 'abandon'))
  ) then
    perform sync_scheduler.raise_error('invalid_entries',
      '{"batch_id": "each once, without an entry_key, with sent_at and a resolution: exported, resend or abandon"}');
  end if;

  begin
    select
      jsonb_agg(d.batch_id) filter (where b.batch_id is null),
      -- A worker has it, or has had it since: what was looked up is an older send.
      jsonb_agg(jsonb_build_object('batch_id', d.batch_id, 'sent_at', b.sent_at))
        filter (where b.is_sending or b.sent_at <> d.sent_at)
    into missing, sent_again
    from jsonb_to_recordset(expand_batches.entries) as d (batch_id uuid, sent_at timestamptz)
    left join lateral (
      select e.batch_id, bool_or(e.state = 'sending') as is_sending,
        -- Of one that is settled by now, the send that did it: what a person has looked up before is about another.
        coalesce(max(e.sent_at) filter (where e.state = 'unknown'), max(e.sent_at)) as sent_at
      from public.sync_export_entries e
      where e.batch_id = d.batch_id and e.integration_id = expand_batches.integration_id
      group by e.batch_id) b on true
    where d.batch_id is not null;
    if missing is not null then
      perform sync_scheduler.raise_error('entries_not_found', sync_scheduler.first_ten('batch_ids', missing));
    elsif sent_again is not null then
      perform sync_scheduler.raise_error('batch_was_sent_again', sync_scheduler.first_ten('batches', sent_again));
    end if;

    select coalesce(jsonb_agg(x.item order by x.position, x.entry_id), '[]') into expanded
    from (
      select d.item, d.position, 0 as entry_id
      from jsonb_array_elements(expand_batches.entries) with ordinality d (item, position) where not d.item ? 'batch_id'
      union all
      select jsonb_build_object('entry_key', e.entry_key, 'resolution', d.item -> 'resolution', 'sent_at', e.sent_at),
        d.position, e.entry_id
      from jsonb_array_elements(expand_batches.entries) with ordinality d (item, position)
      join public.sync_export_entries e on e.batch_id = (d.item ->> 'batch_id')::uuid
        and e.integration_id = expand_batches.integration_id and e.state = 'unknown'
      where d.item ? 'batch_id'
    ) x;
  exception when data_exception then
    perform sync_scheduler.raise_error('invalid_entries',
      '{"batch_id": "a uuid", "sent_at": "an instant, as it stands in the entries"}');
  end;
  return expanded;
end;
$$;
revoke all on function sync_scheduler.expand_batches(uuid, jsonb) from public, anon, authenticated, service_role;
comment on function sync_scheduler.expand_batches(uuid, jsonb) is
  'Replaces each {batch_id, sent_at, resolution} of a list by the entries of that batch whose outcome is not known; there may be '
  'none left. Everything else stays as it is. The caller keeps the worker from the entries. Errors: PT422 invalid_entries, PT404 '
  'entries_not_found (details: batch_ids), PT409 batch_was_sent_again (details: batches with their sent_at now).';
