-- Starts a run or its next attempt, and posts it to the function.

-- Creates a pending run with its first attempt and dispatches it, all in the caller's transaction. Returns
-- the run, or null when the integration has an active run, the organisation a run of that key or the slot a
-- run. Errors: PT503 function_url_not_configured.
create or replace function sync_scheduler.start_run(
  integration public.sync_integrations,
  triggered_by public.sync_run_trigger,
  triggered_by_user_id uuid default null,
  idempotency_key text default null,
  scheduled_for timestamptz default null,
  parent_run_id uuid default null,
  notice text default null
) returns public.sync_run_log
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  run public.sync_run_log;
begin
  -- The unique indexes decide, not a look beforehand: a second active run, a second one for a key or for a
  -- slot is impossible, and whoever comes second gets no row.
  insert into public.sync_run_log
    (org_id, integration_id, integration_type, triggered_by, triggered_by_user_id, idempotency_key,
      scheduled_for,
      parent_run_id, notice, deadline_at)
  values (integration.org_id, integration.id, integration.integration_type, start_run.triggered_by,
    start_run.triggered_by_user_id, start_run.idempotency_key, start_run.scheduled_for,
    start_run.parent_run_id, start_run.notice, now() + integration.run_deadline)
  on conflict do nothing
  returning * into run;

  if run.run_id is not null then
    perform sync_scheduler.dispatch_attempts(array[run]);
  end if;
  return run;
end;
$$;

-- Opens and dispatches the next attempt of an active run. The caller holds the run's row lock and has ended
-- the attempt before.
create or replace function sync_scheduler.next_attempt(run_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  run public.sync_run_log;
begin
  if sync_scheduler.pause_if_stopped(next_attempt.run_id) then
    return;
  end if;
  update public.sync_run_log r set
    status = 'pending',
    next_attempt_at = null,
    attempt = r.attempt + 1
  where r.run_id = next_attempt.run_id
  returning * into strict run;
  perform sync_scheduler.dispatch_attempts(array[run]);
end;
$$;

-- Posts the current attempts of runs to the Edge Function through pg_net, each under a fresh one-time token.
-- Called again for an attempt that nobody claimed, it replaces the token and waits twice as long. The caller
-- holds the runs' row locks. Errors: PT503 function_url_not_configured.
create or replace function sync_scheduler.dispatch_attempts(runs public.sync_run_log[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  settings sync_scheduler.settings;
  run public.sync_run_log;
  token text;
  stopped uuid[];
begin
  select * into strict settings from sync_scheduler.settings;
  if settings.function_url is null then
    perform sync_scheduler.keep_function_url();
    select * into strict settings from sync_scheduler.settings;
  end if;

  -- Read after the caller has locked the runs, see pause_if_stopped.
  stopped := array(
    select r.run_id from unnest(runs) r join public.sync_integrations i on i.id = r.integration_id
    where sync_scheduler.is_stopped(i));
  foreach run in array runs loop
    if run.run_id = any (stopped) then
      perform sync_scheduler.pause_run(run.run_id);
      continue;
    end if;
    -- 244 random bits from the server's strong generator.
    token := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
    insert into sync_scheduler.run_attempts as a (run_id, attempt, token_hash, request_id, lease_expires_at)
    values (run.run_id, run.attempt, sha256(convert_to(token, 'UTF8')),
      -- Queued in this transaction: a rollback sends nothing. The queue is lost in a crash; recover_runs sees
      -- to it.
      net.http_post(
        url := settings.function_url,
        body := jsonb_build_object('kind', 'run', 'run_id', run.run_id, 'attempt', run.attempt, 'token',
          token),
        headers := '{"Content-Type": "application/json"}',
        timeout_milliseconds := (extract(epoch from settings.dispatch_timeout) * 1000)::integer),
      least(now() + settings.claim_timeout, run.deadline_at))
    on conflict (run_id, attempt) do update set
      token_hash = excluded.token_hash,
      request_id = excluded.request_id,
      dispatched_at = now(),
      dispatch_count = a.dispatch_count + 1,
      lease_expires_at = least(now() + settings.claim_timeout * power(2, a.dispatch_count), run.deadline_at)
    where a.claimed_at is null and a.ended_at is null;
  end loop;
end;
$$;
