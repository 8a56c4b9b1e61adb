create or replace function sync_scheduler.why_refused(
  integration public.sync_integrations, out message text, out details jsonb
)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  run public.sync_run_log;
  current_attempt sync_scheduler.run_attempts;
  step text;
  detail text;
begin
  perform sync_scheduler.require_org_role(integration.org_id, '{admin,coordinator}');
  perform sync_scheduler.require_usable(integration);

  run := sync_scheduler.find_active_run(integration.id);
  if run.run_id is not null then
    select * into current_attempt from sync_scheduler.run_attempts a
    where a.run_id = run.run_id and a.attempt = run.attempt and a.ended_at is null;
    step := sync_scheduler.recovery_of(run, current_attempt);
    if step is null then
      perform sync_scheduler.raise_active(run);
    elsif step in ('resume', 'next_attempt', 'dispatch') or (step = 'worker_lost' and sync_scheduler.would_retry(run, current_attempt))
    then
      -- The press would revive it, whatever the cooldown says.
      return;
    end if;
  end if;

  if sync_scheduler.caller_id() is not null then
    perform sync_scheduler.require_cooldown_over(integration);
  end if;
  perform sync_scheduler.find_function_url();
exception when others then
  if sqlstate !~ '^PT' then
    raise;
  end if;
  get stacked diagnostics message = message_text, detail = pg_exception_detail;
  details := nullif(detail, '')::jsonb;
end;
$$;
revoke all on function sync_scheduler.why_refused(public.sync_integrations) from public, anon, authenticated, service_role;
comment on function sync_scheduler.why_refused(public.sync_integrations) is
  'What trigger_integration_sync would answer the caller for this integration now, without doing it: message and details of '
  'the error, or nulls. The checks are press''s own; tests/parity proves that the answer is the same.';
