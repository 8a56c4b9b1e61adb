create or replace function sync_scheduler.raise_error(message text, detail jsonb default null)
returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  code text := (
    select c.code from sync_scheduler.error_catalog() c where c.message = raise_error.message
  );
begin
  if code is null then
    raise exception 'no error "%" in sync_scheduler.error_catalog()', raise_error.message;
  end if;
  raise exception using errcode = code, message = raise_error.message,
    detail = coalesce(raise_error.detail::text, '');
end;
$$;
revoke all on function sync_scheduler.raise_error(text, jsonb) from public, anon, authenticated, service_role;
comment on function sync_scheduler.raise_error(text, jsonb) is
  'Raises an error of error_catalog() with its code; detail is JSON, because supabase-js shows error.details '
  'but no response headers.';
