create or replace function sync_scheduler.require_signed_in() returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  claims jsonb := auth.jwt();
begin
  -- As in caller_id.
  if coalesce(claims ->> 'is_anonymous', 'false') <> 'false' then
    perform sync_scheduler.raise_error('not_authenticated');
  elsif sync_scheduler.caller_id() is null then
    perform sync_scheduler.raise_error(case
      when coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''), claims ->> 'sub') is not null
        then 'unsupported_identity' else 'not_authenticated' end);
  end if;
end;
$$;
revoke all on function sync_scheduler.require_signed_in() from public, anon, authenticated, service_role;
comment on function sync_scheduler.require_signed_in() is
  'Refuses a caller who is not signed in, or anonymously (PT401 not_authenticated), or whose JWT has a sub that is no uuid '
  '(PT401 unsupported_identity). Identity comes from the JWT alone.';
