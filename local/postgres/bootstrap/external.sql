-- An external server on which a superuser has to do what Supabase does for the role postgres: the CLI applies
-- migrations as that role, whatever role signs in.
grant anon, authenticated, service_role, authenticator to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres;

create extension if not exists pg_net with schema extensions;
create extension if not exists pg_cron;
grant usage on schema net to postgres;
grant usage on schema cron to postgres;
grant select on cron.job to postgres;
grant all on cron.job_run_details to postgres;
grant all on all sequences in schema cron to postgres;
-- No role may call cron.alter_job until it is granted.
grant execute on all functions in schema cron to postgres;
-- The real Vault is its installer's alone. (Functions of a view are checked as the caller's: hence the last
-- one.)
grant usage on schema vault to postgres, service_role;
grant select, delete on vault.secrets, vault.decrypted_secrets to postgres, service_role;
grant truncate, references on vault.secrets, vault.decrypted_secrets to postgres;
grant execute on function vault.create_secret, vault.update_secret, vault._crypto_aead_det_decrypt
  to postgres, service_role;
grant create on schema public to postgres;

do $$
begin
  execute format('grant create on database %I to postgres', current_database());
end
$$;
