create or replace function sync_scheduler.require_signed_in() returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if auth.uid() is null or coalesce((auth.jwt() ->> 'is_anonymous')::boolean, false) then
    perform sync_scheduler.raise_error('not_authenticated');
  end if;
end;
$$;
revoke all on function sync_scheduler.require_signed_in() from public, anon, authenticated, service_role;
comment on function sync_scheduler.require_signed_in() is
  'Refuses a caller who is not signed in, or anonymously (PT401 not_authenticated). Identity comes from the JWT alone.';
