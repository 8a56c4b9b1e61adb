create or replace function sync_scheduler.waits_for(run public.sync_run_log) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return case
    when run.status <> 'pending' then null
    when run.notice in ('integration_paused', 'function_outdated', 'schema_outdated') then run.notice
    when run.quota_until > now() then 'vendor_quota_exhausted' end;
end;
$$;
revoke all on function sync_scheduler.waits_for(public.sync_run_log) from public, anon, authenticated, service_role;
comment on function sync_scheduler.waits_for(public.sync_run_log) is
  'What a pending run waits for that is not its turn: integration_paused, function_outdated or schema_outdated, as in its '
  'notice; vendor_quota_exhausted until its quota_until; null: nothing.';
