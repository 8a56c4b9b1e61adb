-- A worker reports what became of a batch.

-- Twice: only what is still being sent changes and counts, so the repetition of a call whose answer was lost
-- changes nothing. Two at once: the run's lock, which extend_lease takes. Definer, because the service role
-- has no rights in sync_scheduler. The attempt token is the check of the caller.
create or replace function public.sync_worker_record_results(
  run_id uuid, attempt integer, token text, batch_id uuid, results jsonb, set_aside boolean default false
) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  run public.sync_run_log;
  done integer;
  failed integer;
  contradicted bigint[];
  result_of jsonb;
begin
  perform sync_scheduler.require_size('results', results, 4194304);
  run := sync_scheduler.extend_lease(run_id, attempt, token, 'settle');
  if jsonb_typeof(results) is distinct from 'array' or exists (
    select from jsonb_array_elements(results) r
    group by r ->> 'entry_key'
    having r ->> 'entry_key' is null or count(*) > 1
      or length(r ->> 'entry_key') > sync_scheduler.text_limit('entry_keys')
      or bool_or(coalesce(r ->> 'state', '') not in ('exported', 'rejected', 'unknown', 'pending')
        or jsonb_typeof(r -> 'not_sent') not in ('boolean', 'null')
        or jsonb_typeof(r -> 'nothing_left') not in ('boolean', 'null')
        or jsonb_typeof(r -> 'refused_alone') not in ('boolean', 'null'))
  ) then
    perform sync_scheduler.raise_error('invalid_worker_request',
      '{"results": "each entry_key once, with state exported, rejected, unknown or pending, and true or '
      'false as not_sent, nothing_left and refused_alone"}');
  end if;

  -- By their keys, and not as rows: a plan without statistics would compare each result with each entry.
  result_of := (select jsonb_object_agg(r ->> 'entry_key', r) from jsonb_array_elements(results) r);
  with reported as (
    select s.entry_id, s.was, s.result,
      -- While anything of a batch is open, it goes out again as it was: nothing may leave it. Three kinds
      -- stay open: what the results leave out, what they do not know, and what they take back although an
      -- earlier send of it is open. This refusal says nothing about that send.
      (case when bool_or(coalesce(s.result ->> 'state', s.was::text) in ('sending', 'unknown')
          or (s.result ->> 'state' = 'pending' and s.unknown_since is not null)) over ()
        and s.result ->> 'state' = 'pending' then 'unknown'
        else coalesce(s.result ->> 'state', s.was::text) end)::public.sync_entry_state as state,
      -- It may have been sent before: then no worker knows that it never left.
      coalesce(s.result ->> 'state' = 'rejected' and (s.result ->> 'not_sent')::boolean
        and s.unknown_since is null, false) as not_sent,
      s.unknown_since is null and s.decided_at is null as is_first_send
    from (
      select e.entry_id, e.unknown_since, e.decided_at, e.state as was,
        case when e.state = 'sending' then result_of -> e.entry_key end as result
      from public.sync_export_entries e
      where e.batch_id = sync_worker_record_results.batch_id
        and e.integration_id = run.integration_id
        -- As text: the index of what is open holds the traces of all batches before.
        and e.state::text in ('sending', 'unknown')) s
  ), settled as (
    update public.sync_export_entries e set
      state = t.state,
      -- Pending: the vendor took nothing. And what never left is no part of a batch that may go out again.
      batch_id = case when t.state <> 'pending' and not t.not_sent then e.batch_id end,
      not_sent = t.not_sent,
      refused_at_first_send = t.state = 'rejected' and t.is_first_send and not t.not_sent,
      nothing_left = t.state = 'rejected' and coalesce((t.result ->> 'nothing_left')::boolean, false),
      -- What is left out was sent like the rest: if it is handed out again, then as that.
      unknown_since = case when t.state in ('unknown', 'sending') then coalesce(e.unknown_since, now()) end,
      refused_run_id = case when t.state = 'pending' and (t.result ->> 'refused_alone')::boolean
        then run.run_id end,
      external_id = left(t.result ->> 'external_id', 200),
      error_message = left(t.result ->> 'error', 500),
      exported_at = case when t.state = 'exported' then now() end
    -- A range: no plan may compare the results with the entries of all tenants (store_delivery.sql).
    from reported t where e.entry_id between t.entry_id and t.entry_id and t.was = 'sending'
    returning e.state, e.entry_id, e.conflict_at
  )
  select count(*) filter (where s.state = 'exported'), count(*) filter (where s.state = 'rejected'),
    array_agg(s.entry_id) filter (where s.conflict_at is not null)
  into done, failed, contradicted from settled s;
  perform sync_scheduler.adopt_newest_content(contradicted, array[batch_id]);

  if done + failed > 0 then
    update public.sync_run_log r set
      entries_done = r.entries_done + done,
      entries_failed = r.entries_failed + failed,
      entries_total = greatest(r.entries_total, r.entries_done + r.entries_failed + done + failed)
    where r.run_id = run.run_id
    returning * into strict run;
  end if;
  if sync_worker_record_results.set_aside then
    update public.sync_export_entries e set set_aside_run_id = run.run_id
    where e.batch_id = sync_worker_record_results.batch_id and e.integration_id = run.integration_id
      and e.state::text = 'unknown';
  end if;
  if done > 0 then
    -- The external system takes entries: those that it has refused alone are at fault themselves.
    run := sync_scheduler.reject_refused_entries(run);
  end if;
  return sync_scheduler.run_progress(run);
end;
$$;
revoke all on function public.sync_worker_record_results(uuid, integer, text, uuid, jsonb, boolean)
  from public, anon, authenticated, service_role;
comment on function public.sync_worker_record_results(uuid, integer, text, uuid, jsonb, boolean) is
  'Settles the entries of a batch and counts the run''s progress. For the Edge Function (service role and '
  'attempt token). results: a list of {entry_key, state, external_id?, error?, refused_alone?, not_sent?, '
  'nothing_left?}. A state is exported, rejected, unknown (the worker asks before it sends again) or pending '
  '(certainly not taken), which becomes unknown while anything else of the batch is open. With pending goes '
  'refused_alone: the run passes the entry over, and rejects it as soon as something is taken. With rejected '
  'go not_sent, by our own rules before its first send, and nothing_left, the external system holds nothing '
  'of it. What is left out counts as sent. With set_aside this run does not hand out again what is unknown '
  'of the batch. May be repeated. Errors: PT401 invalid_token, PT409 attempt_not_current, PT422 '
  'argument_too_long, PT422 invalid_worker_request.';

-- Of entries that turn out not to have been taken goes out what the source has delivered since, and the
-- conflict is over. So do those of their batches that were refused earlier, while others of the batch were
-- open. Those that are not replaceable, or without a conflict, stay as they are.
create or replace function sync_scheduler.adopt_newest_content(entry_ids bigint[], batches uuid[])
  returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  -- For an empty list, here and below, a planner may take any index, and read all that is in it. As text: the
  -- index of the rejected is of all tenants.
  chosen constant bigint[] := entry_ids || case when batches is not null then array(
    select e.entry_id from public.sync_export_entries e
    where e.batch_id = any (batches) and e.state::text = 'rejected') end;
begin
  if coalesce(chosen, '{}') = '{}' then
    return;
  end if;
  -- In a statement of its own: guard_entry_content judges the entry as it was before.
  update public.sync_export_entries e set
    period = e.conflict_content ->> 'period',
    document_number = e.conflict_content ->> 'document_number',
    payload = e.conflict_content -> 'payload',
    conflict_at = null,
    state = 'pending',
    batch_id = null,
    run_id = case when e.state = 'pending' then e.run_id end,
    error_message = null
  -- num_nulls: for "is not null" a plan without statistics reads the conflicts of all tenants.
  where e.entry_id = any (chosen) and num_nulls(e.conflict_at) = 0
    and sync_scheduler.is_replaceable(e);
end;
$$;
