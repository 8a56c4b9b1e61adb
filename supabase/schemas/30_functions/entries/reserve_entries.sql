-- A worker takes the next batch.

-- A batch is committed as sending before any vendor hears of it. Twice: the repetition of a call whose answer
-- was lost hands out the same batch. Two at once: the run's lock, which extend_lease takes. Definer, because
-- the service role has no rights in sync_scheduler. The attempt token is the check of the caller.
create or replace function public.sync_worker_reserve_entries(
  run_id uuid, attempt integer, token text, batch_size integer, entry_keys text[] default null,
  batch_bytes integer default null
) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
-- A sort would let a planner without statistics take any index that begins with the integration and read all
-- that is exported. Without one only the index in the order of the query is left, for each query below.
set enable_seqscan = off set jit = off set enable_sort = off set enable_incremental_sort = off as $$
declare
  no_batch constant jsonb := '{"batch_id": null, "resend": false, "entries": []}'::jsonb;
  last_id constant bigint := 9223372036854775807;
  run public.sync_run_log;
  first_id bigint;
  batch uuid;
  is_resend boolean := false;
  is_left_over boolean := false;
  most_bytes integer;
  chosen bigint[];
  refused integer;
  reason text;
  entries jsonb;
begin
  perform sync_scheduler.require_text('entry_keys', (
    select k from unnest(entry_keys) k where k is not null order by length(k) desc limit 1));
  run := sync_scheduler.extend_lease(run_id, attempt, token);
  if (batch_size between 1 and 500) is not true or cardinality(entry_keys) > 500 or batch_bytes < 1 then
    perform sync_scheduler.raise_error('invalid_worker_request',
      '{"batch_size": "1 to 500", "entry_keys": "at most 500", "batch_bytes": "1 or more"}');
  end if;

  -- Read after the run's lock is held: when a pause or another address has been answered, nothing more is
  -- reserved. The worker would send to the old address, and the repetition would go to the new one.
  if exists (
    select from public.sync_integrations i join sync_scheduler.run_attempts a
      on a.run_id = run.run_id and a.attempt = sync_worker_reserve_entries.attempt
    where i.id = run.integration_id
      and (sync_scheduler.is_stopped(i) or sync_scheduler.address_of(i) is distinct from a.address))
  then
    return sync_scheduler.run_progress(run) || no_batch || '{"paused": true}';
  end if;

  -- A transaction that is open for an hour keeps the traces of all that went out since, at the left end of
  -- each index: the look begins behind them. What comes back to its left moves it (guard_entry_state).
  first_id := coalesce((
    select a.reserved_from from sync_scheduler.run_attempts a
    where a.run_id = run.run_id and a.reserved_from is not null
    order by a.run_id desc, a.attempt desc limit 1), 0);
  most_bytes := least(batch_bytes, (select s.max_batch_bytes from sync_scheduler.settings s));
  loop
    -- A batch without a known outcome comes before anything new. Sending: the answer to this very call was
    -- lost and the worker never saw it. Unknown: an earlier send may have reached the vendor. A range of the
    -- index's columns: of an equality the order of the primary key would do, too.
    batch := coalesce((
      select e.batch_id from public.sync_export_entries e
      where (e.integration_id, e.state, e.entry_id)
          between (run.integration_id, 'sending', first_id) and (run.integration_id, 'sending', last_id)
        and e.state = 'sending' and e.set_aside_run_id is distinct from run.run_id
      order by e.integration_id, e.state, e.entry_id limit 1), (
      select e.batch_id from public.sync_export_entries e
      where (e.integration_id, e.state, e.entry_id)
          between (run.integration_id, 'unknown', first_id) and (run.integration_id, 'unknown', last_id)
        and e.state = 'unknown' and e.set_aside_run_id is distinct from run.run_id
      order by e.integration_id, e.state, e.entry_id limit 1));
    exit when batch is not null;
    if entry_keys is null then
      -- An array: a planner may run `in (select ... limit)` once for each outer row. The bytes are those
      -- of the locked rows: what is replaced meanwhile counts as it goes out.
      chosen := array(
        select b.entry_id from (
          select c.entry_id, row_number() over in_order as place, sum(c.payload_bytes) over in_order as bytes
          from (
            select p.integration_id, p.entry_id, p.payload_bytes from public.sync_export_entries p
            where (p.integration_id, p.entry_id)
                between (run.integration_id, first_id) and (run.integration_id, last_id)
              and p.state = 'pending' and p.refused_run_id is distinct from run.run_id
            order by p.integration_id, p.entry_id limit batch_size
            for update) c
          window in_order as (order by c.integration_id, c.entry_id rows unbounded preceding)) b
        -- The first goes however large it is: it must not wait for ever.
        where b.place = 1 or b.bytes <= most_bytes);
    else
      -- Each by its key: with the state inside, an index of all that is pending would seem as good.
      chosen := array(
        select b.entry_id from (
          select c.entry_id, row_number() over in_order as place, sum(c.payload_bytes) over in_order as bytes
          from unnest(sync_worker_reserve_entries.entry_keys) k (entry_key)
          cross join lateral (
            select o.entry_id, o.payload_bytes, o.state, o.refused_run_id from public.sync_export_entries o
            where o.integration_id = run.integration_id and o.entry_key = k.entry_key offset 0 for update) c
          where c.state = 'pending' and c.refused_run_id is distinct from run.run_id
          window in_order as (order by c.entry_id rows unbounded preceding)) b
        where b.place = 1 or (b.place <= batch_size and b.bytes <= most_bytes));
    end if;
    exit when chosen <> '{}' or first_id = 0;
    -- What became visible to its left, whatever made it: before nothing is left, the look has no hint.
    first_id := 0;
  end loop;

  if batch is not null then
    -- Something of it settled, or once unknown: the vendor has seen it.
    select bool_or(e.unknown_since is not null or e.state <> 'sending'),
      coalesce(min(e.unknown_since) < run.started_at, false)
    into strict is_resend, is_left_over
    from public.sync_export_entries e where e.batch_id = batch;
    if is_resend then
      update public.sync_export_entries e set state = 'sending', sent_at = now(), run_id = run.run_id
      where e.batch_id = batch and e.state = 'unknown';
    end if;
  elsif chosen = '{}' then
    -- Those that were refused alone in this run are judged when no other entry waits.
    select count(*), coalesce(min(e.error_message), '') into refused, reason
    from public.sync_export_entries e where e.refused_run_id = run.run_id;
    if refused = 0 or entry_keys is not null then
      return sync_scheduler.run_progress(run) || no_batch;
    -- Something was taken in this run; or there is nothing to compare a single entry with.
    elsif run.entries_done > 0
      or (refused = 1 and not exists (
        select from public.sync_export_entries e
        where e.integration_id = run.integration_id and e.state in ('sending', 'unknown')))
    then
      return sync_scheduler.run_progress(sync_scheduler.reject_refused_entries(run)) || no_batch;
    end if;
    return sync_scheduler.run_progress(run) || no_batch || jsonb_build_object('refusal', reason);
  else
    batch := gen_random_uuid();
    update public.sync_export_entries e
    set state = 'sending', sent_at = now(), batch_id = batch, run_id = run.run_id, error_message = null
    -- As text: an index of all that is pending holds other tenants', too.
    where e.entry_id = any (chosen) and e.state::text = 'pending';
    update sync_scheduler.run_attempts a
    set reserved_from = case when sync_worker_reserve_entries.entry_keys is null then chosen[1]
      else least(first_id, chosen[1]) end
    where a.run_id = run.run_id and a.attempt = sync_worker_reserve_entries.attempt;
  end if;

  -- The whole batch, settled entries too: a receiver takes a repetition under one key only if it is the same.
  entries := (
    select jsonb_agg(jsonb_build_object('entry_key', e.entry_key, 'period', e.period,
      'document_number', e.document_number, 'payload', e.payload,
      -- An expression: for the order of the primary key a planner would read all. Postgres 15 has no setting.
      'settled', e.state <> 'sending') order by e.entry_id + 0)
    from public.sync_export_entries e where e.batch_id = batch);
  -- Not by `||`, which would copy the entries once more.
  return jsonb_set(sync_scheduler.run_progress(run)
    || jsonb_build_object('batch_id', batch, 'resend', is_resend, 'left_over', is_left_over),
    '{entries}', entries);
end;
$$;
revoke all on function public.sync_worker_reserve_entries(uuid, integer, text, integer, text[], integer)
  from public, anon, authenticated, service_role;
comment on function public.sync_worker_reserve_entries(uuid, integer, text, integer, text[], integer) is
  'Hands the worker its next batch. For the Edge Function (service role and attempt token). A batch of '
  'unknown outcome comes first, whole and under its batch_id, unless this run has set it aside. Then resend '
  'is true, settled marks the entries whose outcome is known, and left_over says that an earlier run left '
  'it. Else it has at most batch_size (1 to 500) pending entries in order, without those that were refused '
  'alone in this run. Their payloads have at most batch_bytes and settings.max_batch_bytes together; a '
  'single entry may have more. With entry_keys (at most 500) only these are considered. Without a batch '
  'batch_id is null: nothing is left, or, with paused = true, the integration is paused or disabled, or its '
  'address is no longer that of the claim. Errors: PT401 invalid_token, PT409 attempt_not_current, PT422 '
  'argument_too_long, PT422 invalid_worker_request.';

-- Rejects the entries that were refused alone in this run, for the reasons that were given then, and counts
-- them: the external system takes other entries. Returns the run, whose row lock the caller holds.
create or replace function sync_scheduler.reject_refused_entries(run public.sync_run_log)
  returns public.sync_run_log
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  chosen constant bigint[] := array(
    select e.entry_id from public.sync_export_entries e where e.refused_run_id = run.run_id);
  rejected integer;
begin
  -- Nearly always there is none, and a statement that changes nothing fires triggers all the same.
  if chosen = '{}' then
    return run;
  end if;
  -- Only a first send is narrowed, and a batch that is refused as a whole goes back to pending.
  update public.sync_export_entries e set state = 'rejected', run_id = run.run_id,
    refused_at_first_send = e.decided_at is null, nothing_left = true
  -- The state as text: else a plan without statistics reads all that is pending.
  where e.state::text = 'pending' and e.entry_id = any (chosen);
  get diagnostics rejected = row_count;
  update public.sync_run_log r set
    entries_failed = r.entries_failed + rejected,
    entries_total = greatest(r.entries_total, r.entries_done + r.entries_failed + rejected)
  where r.run_id = run.run_id
  returning * into strict run;
  return run;
end;
$$;
