create or replace function sync_scheduler.is_own_refusal(error_code text) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce(error_code in (
    'invalid_config', 'invalid_credentials', 'credentials_needed', 'no_connector', 'invalid_worker_request'), false);
end;
$$;
revoke all on function sync_scheduler.is_own_refusal(text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.is_own_refusal(text) is
  'Did the function refuse to work before it asked the external system? These are the function''s own codes, of SyncError.';
