-- An admin decides about entries.

-- Definer, because no client may write the outbox. The first statement checks the caller.
create or replace function public.settle_sync_entries(
  org_id uuid, integration_type text, entries jsonb, reason text
) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  integration public.sync_integrations;
  decisions jsonb;
  settled jsonb;
  changed_ids bigint[];
  batches uuid[];
begin
  perform sync_scheduler.require_org_role(org_id, '{admin}');
  reason := sync_scheduler.require_text('reason', reason);
  perform sync_scheduler.require_size('entries', entries, 16777216);
  if reason is null then
    perform sync_scheduler.raise_error('reason_missing');
  end if;
  integration := sync_scheduler.lock_integration(org_id, integration_type);
  -- A worker that holds an entry as sending keeps it, and none takes one while it is settled.
  perform sync_scheduler.lock_active_run(integration.id);

  decisions := sync_scheduler.judge_decisions(integration.id,
    sync_scheduler.expand_batches(integration.id, entries), reason);

  with changed as (
    update public.sync_export_entries e set
      state = case t.resolution
        when 'exported' then 'exported' when 'resend' then 'pending' when 'abandon' then 'rejected'
        else e.state end,
      batch_id = case when t.resolution <> 'resend' then e.batch_id end,
      unknown_since = null,
      exported_at = case t.resolution when 'exported' then now() when 'keep' then e.exported_at end,
      external_id = case t.resolution when 'exported' then t.external_id when 'keep' then e.external_id end,
      error_message = case t.resolution
        when 'abandon' then settle_sync_entries.reason when 'keep' then e.error_message end,
      -- A run counts what it settled itself.
      run_id = case when e.state in ('exported', 'rejected') and t.resolution in ('abandon', 'keep')
        then e.run_id end,
      decided_at = case when t.resolution <> 'exported' then clock_timestamp() else e.decided_at end,
      -- What the external system has is one question, whether the source agrees another.
      conflict_at = case when t.resolution not in ('keep', 'abandon') then e.conflict_at end,
      -- From now on it is the person's to decide. That nothing ever left stays true.
      refused_at_first_send = false
    from jsonb_array_elements(decisions) d (change) cross join lateral
      jsonb_to_record(d.change) as t (entry_id bigint, batch_id uuid, resolution text, external_id text)
    -- A range: no plan may compare the decisions with the entries of all tenants (store_delivery.sql).
    where e.entry_id between t.entry_id and t.entry_id
    returning e.entry_id, t.batch_id, d.change - '{entry_id,batch_id}'::text[] as change
  )
  select coalesce(jsonb_agg(c.change order by c.change ->> 'entry_key'), '[]'),
    array_agg(c.entry_id), array_agg(distinct c.batch_id) filter (where c.batch_id is not null)
  into settled, changed_ids, batches from changed c;
  perform sync_scheduler.adopt_newest_content(changed_ids, batches);

  if settled <> '[]' then
    perform sync_scheduler.audit(integration, 'entries_settled', reason,
      jsonb_build_object('entries', settled));
  end if;
  return jsonb_array_length(settled);
end;
$$;
revoke all on function public.settle_sync_entries(uuid, text, jsonb, text)
  from public, anon, authenticated, service_role;
comment on function public.settle_sync_entries(uuid, text, jsonb, text) is
$$Records what became of entries that a person looked up in the external system, all or nothing.
For admins and the service role. At most 10,000; each is
`{ entry_key, resolution, external_id?, sent_at?, … }`, or `{ batch_id, sent_at, resolution }` for all
`unknown` entries of a batch, other than `keep`. `reason` goes into the audit log. Returns how many have
changed; a second call changes none. The resolutions:

- `exported`: the external system holds it. Of one that is `unknown`, `rejected`, `pending` or `withdrawn`.
- `resend`: it does not, and shall; of one that is `unknown`, `rejected` or `withdrawn`. It becomes `pending`,
  with the content of its conflict if there is one. Refused once its payload is redacted.
- `abandon`: it does not, and shall not; of one that is `unknown` or `rejected`. It becomes `rejected`, with
  the reason, and its conflict is closed.
- `keep`: what was exported is right, or was corrected there by hand; of one that is `exported`. Its conflict
  is closed, and opens again only for yet other content.

`resend` and `abandon` of an unknown entry must name the send that you looked for, by the entry's `sent_at` as
it was then: a later send may have arrived. Any decision may name what you have seen of the entry: `state`,
`sent_at`, `decided_at`, `conflict_at`. An entry that has changed since is refused as
`entries_not_settleable`, so a page that was left open undoes nothing. `resend` of a withdrawn entry names no
`sent_at`. Settle all unknown entries of a batch in one call, because the batch goes out again whole. A batch
that was sent again since its `sent_at` is refused as `batch_was_sent_again`: look that send up, then name it.
What was settled as `resend` has left its batch: the same call by `batch_id` again is `entries_not_found`.

Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized, PT422 argument_too_long,
PT422 reason_too_long, PT422 reason_missing, PT422 unknown_integration_type, PT404 integration_not_found,
PT422 invalid_entries, PT429 rate_limited, PT404 entries_not_found, PT409 entries_not_settleable,
PT409 batch_is_open, PT409 batch_was_sent_again.$$;

-- Refuses decisions that the entries' states do not allow; returns those that change something, with what
-- the entries were. The caller keeps the worker from the entries. Errors: PT422 invalid_entries, PT404
-- entries_not_found, PT409 entries_not_settleable, PT409 batch_is_open; details name at most ten entries.
create or replace function sync_scheduler.judge_decisions(integration_id uuid, entries jsonb, reason text)
  returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  missing jsonb;
  refused jsonb;
  batches uuid[];
  changing jsonb;
  left_open jsonb;
begin
  -- The answer and the audit log name each of them.
  if jsonb_typeof(entries) = 'array' and jsonb_array_length(entries) > 10000 then
    perform sync_scheduler.raise_error('invalid_entries', '{"entries": "at most 10000"}');
  elsif jsonb_typeof(entries) is distinct from 'array' or exists (
    select from jsonb_array_elements(entries) d group by d ->> 'entry_key'
    having d ->> 'entry_key' is null or count(*) > 1
      or length(d ->> 'entry_key') > sync_scheduler.text_limit('entry_keys')
      or bool_or(coalesce(d ->> 'resolution', '') not in ('exported', 'resend', 'abandon', 'keep'))
  ) then
    perform sync_scheduler.raise_error('invalid_entries',
      '{"entries": "a list with each entry_key once and a resolution: exported, resend, abandon or keep"}');
  end if;

  begin
    select jsonb_agg(left(d.entry_key, 100)) filter (where e.entry_id is null),
      jsonb_agg(jsonb_build_object('entry_key', left(e.entry_key, 100), 'state', e.state,
        'sent_at', e.sent_at)) filter (where not (s.is_settled or s.is_as_seen and case d.resolution
        -- Also of one that was never sent: after a backup is restored, what was exported since is pending.
        when 'exported' then e.state in ('pending', 'unknown', 'rejected', 'withdrawn')
        -- That it did not arrive is said of the send that a person looked up: a later one may have arrived. A
        -- redacted entry has no content. Who sends a withdrawn one decides about no send before it.
        when 'resend' then e.redacted_at is null and (e.state = 'rejected'
          or (e.state = 'unknown' and d.sent_at is not null) or (e.state = 'withdrawn' and d.sent_at is null))
        when 'abandon' then e.state = 'rejected' or (e.state = 'unknown' and d.sent_at is not null)
        when 'keep' then e.state = 'exported' end)),
      -- Not distinct: the whole list would be sorted by it, and the errors name the first ten as given.
      array_agg(e.batch_id) filter (
        where e.state = 'unknown' or (e.state = 'rejected' and d.resolution = 'resend')),
      jsonb_agg(jsonb_strip_nulls(jsonb_build_object('entry_id', e.entry_id, 'batch_id', e.batch_id,
        'entry_key', e.entry_key, 'resolution', d.resolution, 'was', e.state, 'conflict_at', e.conflict_at,
        'external_id', left(d.external_id, 200)))) filter (where not s.is_settled)
    into missing, refused, batches, changing
    from jsonb_array_elements(entries) i (item)
    cross join lateral jsonb_to_record(i.item) as d (entry_key text, resolution text, state text,
      external_id text, sent_at timestamptz, decided_at timestamptz, conflict_at timestamptz)
    -- Key by key: a plan that joins would read all that is exported. The offset keeps the look-up as it is.
    left join lateral (
      select o.* from public.sync_export_entries o
      where o.integration_id = judge_decisions.integration_id and o.entry_key = d.entry_key offset 0) e
        on true
    cross join lateral (select
      -- The repetition of a call whose answer was lost changes nothing.
      coalesce(case d.resolution
        when 'exported' then e.state = 'exported'
        when 'resend' then e.state = 'pending'
        when 'abandon' then e.state = 'rejected' and e.error_message = judge_decisions.reason
          and e.conflict_at is null and e.decided_at is not null
        when 'keep' then e.state = 'exported' and e.conflict_at is null end, false) as is_settled,
      -- One that is repeated late, or sent from a page that was left open, must not undo what came after.
      coalesce(e.sent_at = d.sent_at, d.sent_at is null)
        and (d.state is null or e.state::text = d.state)
        and (not i.item ? 'decided_at' or e.decided_at is not distinct from d.decided_at)
        and (not i.item ? 'conflict_at' or e.conflict_at is not distinct from d.conflict_at) as is_as_seen) s;
  exception when data_exception then
    perform sync_scheduler.raise_error('invalid_entries', '{"sent_at": "the sent_at of the entry", '
      '"decided_at": "its decided_at", "conflict_at": "its conflict_at"}');
  end;
  if missing is not null then
    perform sync_scheduler.raise_error('entries_not_found', sync_scheduler.first_ten('entry_keys', missing));
  elsif refused is not null then
    perform sync_scheduler.raise_error('entries_not_settleable',
      sync_scheduler.first_ten('entries', refused));
  end if;

  -- An open batch goes out again whole, under the old key. It would have an entry that a person has just
  -- booked by hand, or lack one that the receiver expects. So a batch is settled at once or not at all.
  select jsonb_agg(left(o.entry_key, 100) order by o.entry_id) into left_open
  from public.sync_export_entries o
  where o.integration_id = judge_decisions.integration_id and o.state in ('sending', 'unknown')
    and o.batch_id = any (batches)
    -- A list to look up in: a join may compare each open entry with each that is named.
    and o.entry_key not in (select d ->> 'entry_key' from jsonb_array_elements(entries) d);
  if left_open is not null then
    perform sync_scheduler.raise_error('batch_is_open', sync_scheduler.first_ten('entry_keys', left_open));
  end if;
  return coalesce(changing, '[]');
end;
$$;

-- Replaces each {batch_id, sent_at, resolution} of a list by the entries of that batch whose outcome is not
-- known; there may be none left. Everything else stays as it is. The caller keeps the worker from the
-- entries. Errors: PT422 invalid_entries, PT404 entries_not_found (details: batch_ids), PT409
-- batch_was_sent_again (details: batches with their sent_at now).
create or replace function sync_scheduler.expand_batches(integration_id uuid, entries jsonb) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  missing jsonb;
  sent_again jsonb;
  expanded jsonb;
begin
  if jsonb_typeof(entries) is distinct from 'array' or not jsonb_path_exists(entries, '$[*].batch_id') then
    return entries;
  elsif exists (
    select from jsonb_array_elements(expand_batches.entries) d where d ? 'batch_id'
    group by d ->> 'batch_id'
    having count(*) > 1 or bool_or(d ? 'entry_key' or d ->> 'batch_id' is null or d ->> 'sent_at' is null
      or coalesce(d ->> 'resolution', '') not in ('exported', 'resend', 'abandon'))
  ) then
    perform sync_scheduler.raise_error('invalid_entries', '{"batch_id": "each once, without an entry_key, '
      'with sent_at and a resolution: exported, resend or abandon"}');
  end if;

  select jsonb_agg(d.batch_id) filter (where d.batch_id is not null and b.decisions is null),
    -- A worker has it, or has had it since: what was looked up is an older send.
    jsonb_agg(jsonb_build_object('batch_id', d.batch_id, 'sent_at', b.sent_at))
      filter (where b.is_sending or b.sent_at <> d.sent_at),
    jsonb_agg(coalesce(b.decisions, i.item) order by i.position)
  into missing, sent_again, expanded
  from jsonb_array_elements(expand_batches.entries) with ordinality i (item, position)
  cross join lateral jsonb_to_record(i.item) as d (batch_id uuid, sent_at timestamptz, resolution text)
  left join lateral (
    select bool_or(e.state = 'sending') as is_sending,
      -- Of one that is settled by now, the send that did it: what was looked up before is about another.
      coalesce(max(e.sent_at) filter (where e.state = 'unknown'), max(e.sent_at)) as sent_at,
      coalesce(jsonb_agg(jsonb_build_object('entry_key', e.entry_key, 'resolution', d.resolution,
        'sent_at', e.sent_at) order by e.entry_id) filter (where e.state = 'unknown'), '[]') as decisions
    from public.sync_export_entries e
    where e.batch_id = d.batch_id and e.integration_id = expand_batches.integration_id
    having count(*) > 0) b on true;
  if missing is not null then
    perform sync_scheduler.raise_error('entries_not_found', sync_scheduler.first_ten('batch_ids', missing));
  elsif sent_again is not null then
    perform sync_scheduler.raise_error('batch_was_sent_again',
      sync_scheduler.first_ten('batches', sent_again));
  end if;
  -- Without the brackets of each batch.
  return jsonb_path_query_array(expanded, '$[*][*]');
exception when data_exception then
  perform sync_scheduler.raise_error('invalid_entries',
    '{"batch_id": "a uuid", "sent_at": "the sent_at of the entries"}');
  return null;
end;
$$;

-- Details of an error: the first ten members of a list under its name, and count if there are more.
create or replace function sync_scheduler.first_ten(name text, list jsonb) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return jsonb_build_object(name, jsonb_path_query_array(list, '$[0 to 9]')) || case
    when jsonb_array_length(list) > 10 then jsonb_build_object('count', jsonb_array_length(list))
    else '{}' end;
end;
$$;
