-- Definer, because the service role has no rights in sync_scheduler. The attempt token checks the caller.
create or replace function public.sync_worker_finish(
  run_id uuid, attempt integer, token text, outcome text, error_class text default null,
  error_code text default null, error_message text default null, retry_after_seconds numeric default null,
  checkpoint jsonb default null, first_vendor_byte_ms numeric default null, stuck_batch uuid default null,
  blames text default null) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  held sync_scheduler.run_attempts;
  reported constant text := outcome;
  run public.sync_run_log;
  blamed sync_scheduler.blames;
  is_over_quota boolean;
begin
  perform sync_scheduler.require_text('outcome', outcome);
  perform sync_scheduler.require_text('error_class', error_class);
  perform sync_scheduler.require_text('error_code', error_code);
  perform sync_scheduler.require_text('error_message', error_message);
  perform sync_scheduler.require_text('blames', blames);
  perform sync_scheduler.require_size('checkpoint', checkpoint, 524288);
  held := sync_scheduler.lock_attempt(run_id, attempt, token);
  blamed := sync_scheduler.read_blames(error_class, blames);
  -- Also of an attempt that did not fail of it.
  is_over_quota := coalesce(blamed = 'quota', false);
  if outcome <> 'failed' and error_class = 'rate_limited' then
    error_class := null;
    blamed := null;
  end if;
  if coalesce(outcome, '') not in ('succeeded', 'continued', 'cancelled', 'paused', 'failed')
    or (outcome = 'failed') is distinct from (error_class is not null)
    or coalesce(error_class, 'permanent') not in ('transient', 'rate_limited', 'ambiguous', 'permanent')
    or coalesce(retry_after_seconds, 0) < 0 or coalesce(first_vendor_byte_ms, 0) not between 0 and 86400000
  then
    perform sync_scheduler.raise_error('invalid_worker_request',
      '{"outcome": "succeeded, continued, cancelled, paused, or failed with an error_class", '
      '"retry_after_seconds": "not negative", "first_vendor_byte_ms": "0 to 86400000"}');
  end if;

  -- The same outcome again is the repetition of a call whose answer was lost.
  if held.claimed_at is null
    or (held.ended_at is not null and held.reported_outcome is distinct from reported) then
    perform sync_scheduler.raise_error('attempt_not_current');
  elsif held.ended_at is null then
    select * into strict run from public.sync_run_log r where r.run_id = held.run_id;
    if octet_length(checkpoint::text) > 65536 then
      perform sync_scheduler.raise_error('invalid_worker_request', '{"checkpoint": "more than 64 KiB"}');
    end if;
    -- A slice that got nowhere is a failure: else a run could go on like that until its deadline.
    if outcome = 'continued' and run.entries_done + run.entries_failed = held.settled_before
      and coalesce(checkpoint, held.checkpoint) is not distinct from (
        select a.checkpoint from sync_scheduler.run_attempts a
        where a.run_id = held.run_id and a.attempt < held.attempt and a.checkpoint is not null
        order by a.attempt desc limit 1)
    then
      select 'failed', 'transient', 'no_progress', 'nobody'::sync_scheduler.blames,
        'The sync made no progress in the time that it had.'
      into outcome, error_class, error_code, blamed, error_message;
    end if;
    -- A worker that leaves a batch open has not succeeded, whatever it says.
    if outcome = 'succeeded' and exists (select from public.sync_export_entries e
      where e.integration_id = run.integration_id and e.state in ('sending', 'unknown'))
    then
      select 'failed', 'ambiguous', 'entries_unresolved', 'nobody'::sync_scheduler.blames,
        coalesce(sync_scheduler.set_aside_message(run), 'Whether some entries have arrived is not known yet.')
      into outcome, error_class, error_code, blamed, error_message;
    end if;
    -- Refused entries must not hide a batch that waits for a person.
    if outcome = 'failed' and blamed = 'entry' then
      error_message := concat_ws(' ', sync_scheduler.set_aside_message(run, is_all_else_done => false),
        error_message);
    end if;

    error_message := left(error_message, 500);
    update sync_scheduler.run_attempts a set reported_outcome = reported,
      checkpoint = nullif(coalesce(sync_worker_finish.checkpoint, a.checkpoint), 'null'),
      first_vendor_byte_ms = coalesce(a.first_vendor_byte_ms, sync_worker_finish.first_vendor_byte_ms)
    where a.run_id = held.run_id and a.attempt = held.attempt;
    held := sync_scheduler.mark_attempt_ended(run, outcome::sync_scheduler.attempt_outcome,
      error_class::sync_scheduler.error_class, error_code, error_message, blamed,
      -- Bounded, so that the instant of its end can always be computed.
      case when retry_after_seconds is not null
        then least(retry_after_seconds, 366 * 86400) * interval '1 second' end, is_over_quota);
    if outcome = 'succeeded' then
      perform sync_scheduler.finish_run(run, 'succeeded');
    elsif outcome = 'cancelled' or (outcome <> 'failed' and run.cancel_requested_at is not null) then
      perform sync_scheduler.finish_run(run, 'cancelled');
    elsif outcome <> 'failed' then
      -- The run waits if its integration is still stopped.
      perform sync_scheduler.next_attempt(run.run_id);
    elsif error_code = 'entries_unresolved' and sync_scheduler.set_aside_message(run) is not null then
      -- Everything else is done. To repeat what was set aside is for the next run.
      perform sync_scheduler.finish_run(run, 'failed', error_code, error_message);
    else
      perform sync_scheduler.schedule_retry(run, held, error_message, stuck_batch);
    end if;
  end if;

  return (select jsonb_build_object('status', r.status, 'next_attempt_at', r.next_attempt_at)
    from public.sync_run_log r where r.run_id = held.run_id);
end;
$$;
revoke all on function public.sync_worker_finish(
  uuid, integer, text, text, text, text, text, numeric, jsonb, numeric, uuid, text)
  from public, anon, authenticated, service_role;
comment on function public.sync_worker_finish(
  uuid, integer, text, text, text, text, text, numeric, jsonb, numeric, uuid, text) is
  'For the Edge Function (service role and attempt token). Ends the attempt. outcome: succeeded, continued '
  '(its slice is over), cancelled, paused (the run waits for the end of the pause), or failed with an '
  'error_class. Each may have the error_class rate_limited: the vendor has said that we ask too much. '
  'blames: what the failure is about, a value of sync_scheduler.blames. '
  'retry_after_seconds: the vendor''s hint. May be repeated with the same outcome. Returns what became of '
  'the run: status and next_attempt_at. Errors: PT401 invalid_token, PT409 attempt_not_current, PT422 '
  'argument_too_long, PT422 invalid_worker_request.';

-- Ends the current attempt of a run, turns what it was sending into unknown, and returns the attempt. The
-- caller holds the run's row lock and decides what becomes of the run. Writing ended_at is the event "an
-- attempt has ended": alerts and connections have triggers on it.
create or replace function sync_scheduler.mark_attempt_ended(
  run public.sync_run_log, outcome sync_scheduler.attempt_outcome,
  error_class sync_scheduler.error_class default null, error_code text default null,
  error_message text default null, blames sync_scheduler.blames default null,
  retry_after interval default null, over_quota boolean default false) returns sync_scheduler.run_attempts
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  ended sync_scheduler.run_attempts;
begin
  -- Only the vendor knows whether it has these entries. The next attempt asks before it sends them again.
  update public.sync_export_entries e set state = 'unknown', unknown_since = coalesce(e.unknown_since, now())
  where e.integration_id = run.integration_id and e.state = 'sending';

  update sync_scheduler.run_attempts a set
    ended_at = now(), outcome = mark_attempt_ended.outcome, error_class = mark_attempt_ended.error_class,
    error_code = mark_attempt_ended.error_code, error_message = mark_attempt_ended.error_message,
    blames = mark_attempt_ended.blames, retry_after = mark_attempt_ended.retry_after,
    over_quota = mark_attempt_ended.over_quota
  where a.run_id = run.run_id and a.attempt = run.attempt and a.ended_at is null
  returning * into ended;
  return ended;
end;
$$;

-- What a failure is about. A worker of an older release reports no blames: then a rate limit is the quota's
-- and a refusal the configuration's. Any other failure stays null, because such a worker may have failed by
-- itself: it opens no incident. Errors: PT422 invalid_worker_request.
create or replace function sync_scheduler.read_blames(error_class text, blames text)
returns sync_scheduler.blames
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if blames is not null
    and (error_class is null or blames <> all (enum_range(null::sync_scheduler.blames)::text[]))
  then
    perform sync_scheduler.raise_error('invalid_worker_request',
      '{"blames": "vendor, quota, configuration, entry or nobody, and only with an error_class"}');
  end if;
  return coalesce(blames,
    case error_class when 'rate_limited' then 'quota' when 'permanent' then 'configuration' end)
    ::sync_scheduler.blames;
end;
$$;

-- What a person reads about the batches that the run has set aside. Null when none or others are open.
create or replace function sync_scheduler.set_aside_message(
  run public.sync_run_log, is_all_else_done boolean default true
) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  entries integer;
  batches integer;
  open_entries integer;
  batch uuid;
begin
  select count(*), count(distinct e.batch_id),
    count(*) filter (where e.set_aside_run_id is distinct from run.run_id),
    (array_agg(e.batch_id order by e.entry_id))[1]
  into entries, batches, open_entries, batch
  from public.sync_export_entries e
  where e.integration_id = run.integration_id and e.state in ('sending', 'unknown');
  if entries = 0 or open_entries > 0 then
    return null;
  end if;
  return format('Whether %s %s arrived is not known, and to repeat %s has not settled it%s. Look in the '
    'external system which of them it has, then settle them: settle_sync_entries, batch_id %s%s.',
    entries, case when entries = 1 then 'entry has' else 'entries have' end,
    case when batches = 1 then 'their batch' else format('their %s batches', batches) end,
    case when is_all_else_done then '; everything else is done' else '' end,
    batch, case when batches > 1 then ' and others' else '' end);
end;
$$;
