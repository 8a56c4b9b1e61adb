-- Creates a pending run with its first attempt and posts it. Returns the run, or null when the integration
-- has an active run, the organisation a run of that key or the slot a run. The caller holds the integration's
-- lock and has seen that it is not stopped. Errors: PT503 function_url_not_configured.
create or replace function sync_scheduler.start_run(
  integration public.sync_integrations, triggered_by public.sync_run_trigger,
  triggered_by_user_id uuid default null, idempotency_key text default null,
  scheduled_for timestamptz default null, parent_run_id uuid default null, notice text default null
) returns public.sync_run_log
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  run public.sync_run_log;
begin
  -- The unique indexes decide, not a look beforehand: the second caller gets no row.
  insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by,
    triggered_by_user_id, idempotency_key, scheduled_for, parent_run_id, notice, deadline_at)
  values (integration.org_id, integration.id, integration.integration_type, start_run.triggered_by,
    start_run.triggered_by_user_id, start_run.idempotency_key, start_run.scheduled_for,
    start_run.parent_run_id, start_run.notice, now() + integration.run_deadline)
  on conflict do nothing returning * into run;
  if run.run_id is not null then
    perform sync_scheduler.post_attempt(run);
  end if;
  return run;
end;
$$;

-- Opens and posts the next attempt of an active run, unless it waits for the end of a pause. The caller holds
-- the run's row lock and has ended the attempt before.
create or replace function sync_scheduler.next_attempt(run_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  run public.sync_run_log;
begin
  if not sync_scheduler.pause_if_stopped(next_attempt.run_id) then
    update public.sync_run_log r set status = 'pending', next_attempt_at = null, attempt = r.attempt + 1
    where r.run_id = next_attempt.run_id returning * into strict run;
    perform sync_scheduler.post_attempt(run);
  end if;
end;
$$;

-- Posts the current attempt of a run: opens it or, `again`, posts it once more if no worker has claimed it.
-- Then the new token replaces the old one, and the next wait is twice as long. The database stores only the
-- token's SHA-256. The caller holds the run's row lock and has seen that its integration is not stopped.
-- Errors: PT503 function_url_not_configured.
create or replace function sync_scheduler.post_attempt(run public.sync_run_log, again boolean default false)
returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  token constant text := sync_scheduler.new_token();
  body constant jsonb := jsonb_build_object('run_id', run.run_id, 'attempt', run.attempt, 'token', token);
begin
  if again then
    update sync_scheduler.run_attempts a set
      token_hash = sha256(convert_to(token, 'UTF8')),
      request_id = sync_scheduler.call_function('run', body),
      dispatched_at = now(), dispatch_count = a.dispatch_count + 1,
      lease_expires_at = least(now() + s.claim_timeout * power(2, a.dispatch_count), run.deadline_at)
    from sync_scheduler.settings s
    where a.run_id = run.run_id and a.attempt = run.attempt and a.claimed_at is null and a.ended_at is null;
  else
    insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, request_id, lease_expires_at)
    select run.run_id, run.attempt, sha256(convert_to(token, 'UTF8')),
      sync_scheduler.call_function('run', body),
      -- As in schedule_retry.
      greatest(now(), least(now() + s.claim_timeout, run.deadline_at)) from sync_scheduler.settings s;
  end if;
end;
$$;

-- Posts a request of that kind to the Edge Function through pg_net. Returns its id in net._http_response. The
-- request leaves when the caller's transaction commits, so a rollback sends nothing. The queue of pg_net may
-- be lost, but the caller's row stays, and the tick repeats or ends what no worker has claimed. The slowest
-- request of a batch holds up the others: therefore at_most and settings.dispatch_timeout. Errors: PT503
-- function_url_not_configured (details: run, the command that prints the SQL for this stack).
create or replace function sync_scheduler.call_function(kind text, body jsonb, at_most interval default null)
returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  function_url text;
  timeout interval;
begin
  select s.function_url, least(s.dispatch_timeout, call_function.at_most) into strict function_url, timeout
  from sync_scheduler.settings s;
  if function_url is null then
    -- Stores what the project's Auth signed for the caller, for the tick, which has no caller. Of two first
    -- presses the second waits for the row, and then finds it set, as does one that meets an operator.
    update sync_scheduler.settings s
    set function_url = coalesce(s.function_url, sync_scheduler.signed_function_url())
    where s.only_row returning s.function_url into function_url;
    if function_url is null then
      perform sync_scheduler.raise_error('function_url_not_configured',
        '{"run": "npx sync-scheduler doctor"}');
    end if;
  end if;
  return net.http_post(
    url := function_url, body := jsonb_build_object('kind', call_function.kind) || call_function.body,
    headers := '{"Content-Type": "application/json"}',
    timeout_milliseconds := (extract(epoch from timeout) * 1000)::integer);
end;
$$;

-- A one-time token of 244 random bits. The caller stores only its SHA-256.
create or replace function sync_scheduler.new_token() returns text
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  return concat(gen_random_uuid(), gen_random_uuid());
end;
$$;
