-- The installed release and the SHA-256 of its schema files (`unreleased` between releases); for operators
-- and `deno task doctor`. Replaced by the last migration of each release: until then the release before it is
-- installed.
-- `deno task release` writes the version and the checksum of all schema files; `deno task migration:new`
-- takes both back.
create or replace function sync_scheduler.version() returns table (version text, checksum text)
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select '0.1.0'::text, 'unreleased'::text;
$$;
-- grants.sql has run before this file.
revoke all on function sync_scheduler.version() from public, anon, authenticated, service_role;
