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
      -- Queued in this transaction: a rollback sends nothing. The queue is lost in a crash; recover_runs sees to it.
      net.http_post(
        url := settings.function_url,
        body := jsonb_build_object('kind', 'run', 'run_id', run.run_id, 'attempt', run.attempt, 'token', token),
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
revoke all on function sync_scheduler.dispatch_attempts(public.sync_run_log[])
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.dispatch_attempts(public.sync_run_log[]) is
  'Posts the current attempts of runs to the Edge Function through pg_net, each under a fresh one-time token. Called again for an '
  'attempt that nobody claimed, it replaces the token and waits twice as long. The caller holds the runs'' row locks. '
  'Errors: PT503 function_url_not_configured.';
