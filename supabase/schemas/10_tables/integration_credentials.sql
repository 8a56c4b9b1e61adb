create table sync_scheduler.integration_credentials (
  integration_id uuid primary key references public.sync_integrations (id) on delete cascade,
  secret_id uuid not null,
  address jsonb not null,
  stored_at timestamptz not null default now()
);
comment on table sync_scheduler.integration_credentials is
  'Which integrations have credentials, and for which address. Only store_credentials writes it, so no '
  'integration can be given a secret of the host or of another tenant.';
comment on column sync_scheduler.integration_credentials.secret_id is
  'vault.secrets.id of a JSON object that only the connector reads.';
comment on column sync_scheduler.integration_credentials.address is
  'address_of the integration when the credentials were stored. They are handed out only while it is the '
  'same.';

-- Trigger of sync_integrations: the credentials that were stored for an integration go with it. Definer,
-- because a role that may delete an organisation need not be able to write Vault.
create or replace function sync_scheduler.forget_credentials() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  delete from vault.secrets s using removed r where s.name = sync_scheduler.credentials_name(r.id);
  return null;
end;
$$;

create trigger forget_credentials after delete on public.sync_integrations
  referencing old table as removed for each statement execute function sync_scheduler.forget_credentials();
