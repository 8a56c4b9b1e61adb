-- Definer, because whoever may delete an organisation need not be able to write Vault.
create or replace function sync_scheduler.forget_credentials() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  delete from vault.secrets s using removed r where s.name = sync_scheduler.credentials_name(r.id);
  return null;
end;
$$;
revoke all on function sync_scheduler.forget_credentials() from public, anon, authenticated, service_role;
comment on function sync_scheduler.forget_credentials() is
  'Trigger of sync_integrations: the credentials that were stored for an integration go with it.';

create trigger forget_credentials after delete on public.sync_integrations
  referencing old table as removed for each statement execute function sync_scheduler.forget_credentials();
