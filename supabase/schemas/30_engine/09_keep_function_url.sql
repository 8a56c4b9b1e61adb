create or replace function sync_scheduler.keep_function_url() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- Of two first presses the second waits for the row, and then finds it set. The same goes for an operator who sets it now.
  update sync_scheduler.settings set function_url = sync_scheduler.find_function_url() where function_url is null;
end;
$$;
revoke all on function sync_scheduler.keep_function_url() from public, anon, authenticated, service_role;
comment on function sync_scheduler.keep_function_url() is
  'Stores the address of find_function_url in settings.function_url, for the tick, which has no caller. A value that is set stays. '
  'A press that fails afterwards stores nothing. Errors: PT503 function_url_not_configured.';
