create table sync_scheduler.integration_credentials (
  integration_id uuid primary key references public.sync_integrations (id) on delete cascade,
  -- vault.secrets.id of a JSON object that only the connector reads.
  secret_id uuid not null,
  -- address_of the integration when they were stored. They are handed out only while it is the same.
  address jsonb not null,
  stored_at timestamptz not null default now()
);
comment on table sync_scheduler.integration_credentials is
  'Which integrations have credentials. Only store_credentials writes it, so no integration can be given a '
  'secret of the host or of another tenant.';

-- The secret of a row goes with it. Its arguments are the secret's purpose and the column of its owner.
-- Definer, because a role that may delete an organisation need not be able to write Vault.
create or replace function sync_scheduler.forget_secret() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  delete from vault.secrets s
  where s.name = sync_scheduler.secret_name(tg_argv[0], (to_jsonb(old) ->> tg_argv[1])::uuid);
  return null;
end;
$$;

create trigger forget_secret after delete on public.sync_integrations
  for each row execute function sync_scheduler.forget_secret('credentials', 'id');
