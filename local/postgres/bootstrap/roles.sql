-- The roles of a Supabase project, made where they are missing. Roles belong to the server, not to a
-- database.
do $$
declare
  password constant text := 'postgres';
  role record;
begin
  for role in
    select * from (values
      ('anon', 'nologin noinherit'),
      ('authenticated', 'nologin noinherit'),
      ('service_role', 'nologin noinherit bypassrls'),
      ('authenticator', 'login noinherit'),
      ('supabase_auth_admin', 'login noinherit createrole'),
      ('supabase_realtime_admin', 'nologin noinherit'),
      -- Not a superuser, as on the platform: migrations run with the rights that they have in production.
      ('postgres', 'login createdb createrole replication bypassrls')
    ) as roles (name, options)
  loop
    if not exists (select from pg_roles where rolname = role.name) then
      execute format('create role %I %s', role.name, role.options);
      if role.options like 'login%' then
        execute format('alter role %I password %L', role.name, password);
      end if;
    end if;
  end loop;
end
$$;

grant anon, authenticated, service_role to authenticator;
