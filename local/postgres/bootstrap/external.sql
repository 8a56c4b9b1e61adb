-- An external server on which a superuser has to do what Supabase does for the role postgres: the CLI applies
-- migrations as that role, whoever signs in.
create extension if not exists pg_net with schema extensions;
create extension if not exists pg_cron;
grant usage on schema net to postgres;
grant usage on schema cron to postgres;
grant select on cron.job to postgres;
grant select, delete on cron.job_run_details to postgres;
-- cron.alter_job is nobody's until it is granted.
grant execute on all functions in schema cron to postgres;
grant create on schema public to postgres;

do $$
begin
  execute format('grant create on database %I to postgres', current_database());
end
$$;
