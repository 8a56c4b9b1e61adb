create or replace function sync_scheduler.find_replayed_run(
  integration public.sync_integrations, idempotency_key text
) returns public.sync_run_log
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  run public.sync_run_log;
begin
  select * into run from public.sync_run_log r
  where r.org_id = integration.org_id and r.idempotency_key = find_replayed_run.idempotency_key;
  if run.integration_id <> integration.id then
    perform sync_scheduler.raise_error('idempotency_key_reused', jsonb_build_object('run_id', run.run_id));
  end if;
  return run;
end;
$$;
revoke all on function sync_scheduler.find_replayed_run(public.sync_integrations, text)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.find_replayed_run(public.sync_integrations, text) is
  'The run that the organisation started under this key, or null. Errors: PT409 idempotency_key_reused (it is a run of '
  'another integration).';
