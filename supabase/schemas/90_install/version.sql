-- The installed release and the SHA-256 of its schema files (`unreleased` between releases); for operators
-- and `deno task doctor`. The last migration of a release replaces it: until then the release before it is
-- installed. `deno task release` writes both values; `deno task migration:new` takes them back.
create or replace function sync_scheduler.version() returns table (version text, checksum text)
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select '0.1.0'::text, 'unreleased'::text;
$$;
-- grants.sql has run before this file.
revoke all on function sync_scheduler.version() from public, anon, authenticated, service_role;
