create or replace function sync_scheduler.require_settleable(integration_id uuid, entries jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  most constant integer := 10000;
  missing jsonb;
  refused jsonb;
  left_open jsonb;
begin
  -- The answer and the audit log name each of them.
  if jsonb_typeof(entries) = 'array' and jsonb_array_length(entries) > most then
    perform sync_scheduler.raise_error('invalid_entries', jsonb_build_object('entries', format('at most %s', most)));
  elsif jsonb_typeof(entries) is distinct from 'array' or exists (
    select from jsonb_array_elements(entries) d group by d ->> 'entry_key'
    having d ->> 'entry_key' is null or count(*) > 1 or length(d ->> 'entry_key') > sync_scheduler.text_limit('entry_keys')
      or bool_or(coalesce(d ->> 'resolution', '') not in ('exported', 'resend', 'abandon', 'keep'))
  ) then
    perform sync_scheduler.raise_error('invalid_entries',
      '{"entries": "a list with each entry_key once and a resolution: exported, resend, abandon or keep"}');
  end if;

  begin
    select jsonb_agg(left(d.entry_key, 100)) filter (where e.entry_id is null),
      jsonb_agg(jsonb_build_object('entry_key', left(e.entry_key, 100), 'state', e.state, 'sent_at', e.sent_at))
      filter (where not case d.resolution
        -- Also of one that was never sent: after a backup was restored, what was exported since is pending again.
        when 'exported' then e.state in ('pending', 'unknown', 'rejected', 'exported', 'withdrawn')
        -- That it did not arrive is said of the very send that somebody has looked up: a later one may have.
        -- A redacted entry has no content to send.
        when 'resend' then (e.state in ('rejected', 'pending', 'withdrawn') and e.redacted_at is null)
          or (e.state = 'unknown' and e.sent_at is not distinct from d.sent_at)
        when 'abandon' then e.state = 'rejected'
          or (e.state = 'unknown' and e.sent_at is not distinct from d.sent_at)
        when 'keep' then e.state = 'exported' end)
    into missing, refused
    from jsonb_to_recordset(entries) as d (entry_key text, resolution text, sent_at timestamptz)
    -- Key by key: a plan that joins would read all that is exported. The offset keeps the look-up as it stands.
    left join lateral (
      select o.* from public.sync_export_entries o
      where o.integration_id = require_settleable.integration_id and o.entry_key = d.entry_key offset 0) e on true;
  exception when data_exception then
    perform sync_scheduler.raise_error('invalid_entries', '{"sent_at": "an instant, as it stands in the entry"}');
  end;
  if missing is not null then
    perform sync_scheduler.raise_error('entries_not_found', sync_scheduler.first_ten('entry_keys', missing));
  elsif refused is not null then
    perform sync_scheduler.raise_error('entries_not_settleable', sync_scheduler.first_ten('entries', refused));
  end if;

  -- What stays open of a batch goes out again under the old key, whole: with an entry that somebody has just booked by
  -- hand, or without one that the receiver expects in it. So a batch is settled at once or not at all.
  select jsonb_agg(left(o.entry_key, 100) order by o.entry_id) into left_open
  from public.sync_export_entries o
  where o.integration_id = require_settleable.integration_id and o.state in ('sending', 'unknown')
    and o.batch_id in (
      select e.batch_id from jsonb_to_recordset(entries) as d (entry_key text, resolution text)
      cross join lateral (
        select k.batch_id, k.state from public.sync_export_entries k
        where k.integration_id = require_settleable.integration_id and k.entry_key = d.entry_key offset 0) e
      where e.state = 'unknown' or (e.state = 'rejected' and d.resolution = 'resend'))
    and not exists (
      select from jsonb_to_recordset(entries) as d (entry_key text) where d.entry_key = o.entry_key);
  if left_open is not null then
    perform sync_scheduler.raise_error('batch_is_open', sync_scheduler.first_ten('entry_keys', left_open));
  end if;
end;
$$;
revoke all on function sync_scheduler.require_settleable(uuid, jsonb)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.require_settleable(uuid, jsonb) is
  'Refuses what settle_entries cannot do. The caller keeps the worker from the entries. Errors: PT422 invalid_entries, PT404 '
  'entries_not_found, PT409 entries_not_settleable, PT409 batch_is_open; details name the entries, at most ten.';
