-- The address of the function of a hosted project, from the iss of the caller's JWT. Null unless it is
-- exactly https://<20 lower-case letters>.supabase.co/auth/v1 and this database has the JWT's session
-- (auth.sessions). So the service role, anonymous sign-ins, other issuers and custom domains give none.
create or replace function sync_scheduler.signed_function_url() returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  claims constant jsonb := auth.jwt();
  project text;
begin
  -- Of the request only its JWT: headers are the caller's choice, and the address gets one-time tokens.
  project := substring(claims ->> 'iss' collate "C" from '^https://([a-z]{20})\.supabase\.co/auth/v1$');
  if project is null or claims ->> 'role' is distinct from 'authenticated'
    or claims ->> 'is_anonymous' <> 'false'
    -- A project may trust other issuers (third-party sign-in), another project of Supabase among them. Their
    -- tokens have an iss like that, and their sessions are not in this database.
    or not exists (
      select from auth.sessions s
      where s.id = (claims ->> 'session_id')::uuid and s.user_id = sync_scheduler.caller_id())
  then
    return null;
  end if;
  return format('https://%s.supabase.co/functions/v1/integration-sync', project);
-- No Auth with sessions, no right to read them, or a session_id that is no uuid.
exception when undefined_table or undefined_column or insufficient_privilege
  or invalid_text_representation then
  return null;
end;
$$;
