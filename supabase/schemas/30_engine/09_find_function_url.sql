create or replace function sync_scheduler.find_function_url() returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  url constant text := coalesce((select s.function_url from sync_scheduler.settings s), sync_scheduler.signed_function_url());
begin
  if url is null then
    perform sync_scheduler.raise_error('function_url_not_configured', '{"run": "npx sync-scheduler doctor"}');
  end if;
  return url;
end;
$$;
revoke all on function sync_scheduler.find_function_url() from public, anon, authenticated, service_role;
comment on function sync_scheduler.find_function_url() is
  'The address of the Edge Function: settings.function_url, else what the project''s Auth signed for the caller '
  '(signed_function_url). For functions of the bundle''s owner only. Errors: PT503 function_url_not_configured (details: run, '
  'the command that prints the SQL for this stack).';
