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
  -- The unique indexes decide, not a look beforehand: a second active run, a second one for a key or for a slot is
  -- impossible, and whoever comes second gets no row.
  insert into public.sync_run_log
    (org_id, integration_id, integration_type, triggered_by, triggered_by_user_id, idempotency_key, scheduled_for,
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
revoke all on function sync_scheduler.start_run(
  public.sync_integrations, public.sync_run_trigger, uuid, text, timestamptz, uuid, text)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.start_run(
  public.sync_integrations, public.sync_run_trigger, uuid, text, timestamptz, uuid, text) is
  'Creates a pending run with its first attempt and dispatches it, all in the caller''s transaction. Returns the '
  'run, or null when the integration has an active run, the organisation a run of that key or the slot a run. '
  'Errors: PT503 function_url_not_configured.';
