create or replace function sync_scheduler.record_success(run public.sync_run_log) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- Once a minute, for it is written with each batch. Two at once write the same.
  update public.sync_integration_health h set last_success_at = now(), run_failed_at = null
  where h.integration_id = run.integration_id
    and (h.last_success_at is null or h.last_success_at < now() - interval '1 minute' or h.run_failed_at is not null)
    -- The worker has the config and the credentials as they were when it claimed its attempt.
    and h.configured_at <= (
      select a.claimed_at from sync_scheduler.run_attempts a where a.run_id = run.run_id and a.attempt = run.attempt);
end;
$$;
revoke all on function sync_scheduler.record_success(public.sync_run_log) from public, anon, authenticated, service_role;
comment on function sync_scheduler.record_success(public.sync_run_log) is
  'The external system has taken entries of the run: sets last_success_at of the integration''s health and clears '
  'run_failed_at. Does nothing if config or '
  'credentials have changed since the attempt was claimed. run: the active run, whose lock the caller holds. After entries, as '
  'in set_health.';
