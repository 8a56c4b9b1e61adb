-- The person who calls: auth.uid(), or null when the JWT names none, has a sub that is no uuid, or is of an
-- anonymous session (is_anonymous), also of a member. Every function and policy of this bundle, and every
-- membership function of a host, asks this instead of auth.uid(): so such a session reads nothing.
create or replace function sync_scheduler.caller_id() returns uuid
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  -- Parsed once: for claims of 600 bytes this costs as much as two statements.
  claims constant jsonb := auth.jwt();
begin
  -- As text: a foreign token may have anything here, and only `false` says that a person has signed in.
  if coalesce(claims ->> 'is_anonymous', 'false') <> 'false' then
    return null;
  end if;
  -- As auth.uid() reads it. The setting is that of PostgREST before version 9.
  return coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''), claims ->> 'sub')::uuid;
-- The `sub` of a third-party sign-in need not be a uuid. A policy must show no rows then: an error would
-- break every query of the host that joins our tables, and Realtime's subscription.
exception when invalid_text_representation then
  return null;
end;
$$;
