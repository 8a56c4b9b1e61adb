-- Stand-in for Supabase Vault 0.3.1. Secrets are encrypted in vault.secrets as in the real one. But the key
-- is in the same database, where the real one keeps it outside: good for development, no protection of a
-- backup.
\echo Use "create extension supabase_vault" to load this file. \quit

create table vault._key (key text not null default encode(@extschema:pgcrypto@.gen_random_bytes(32), 'hex'));
insert into vault._key default values;

create table vault.secrets (
  id uuid primary key default gen_random_uuid(),
  name text,
  description text not null default '',
  secret text not null,
  key_id uuid,
  nonce bytea default @extschema:pgcrypto@.gen_random_bytes(16),
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null default current_timestamp
);
create unique index on vault.secrets (name) where name is not null;

create function vault._encrypt(message text) returns text
language sql security definer
set search_path = ''
as $$
  select encode(@extschema:pgcrypto@.pgp_sym_encrypt(message, key), 'base64') from vault._key
$$;

-- The real one's name, since grants on Supabase name it.
create function vault._crypto_aead_det_decrypt(message text) returns text
language sql stable security definer
set search_path = ''
as $$
  select @extschema:pgcrypto@.pgp_sym_decrypt(decode(message, 'base64'), key) from vault._key
$$;

create view vault.decrypted_secrets as
  select id, name, description, secret, vault._crypto_aead_det_decrypt(secret) as decrypted_secret,
    key_id, nonce, created_at, updated_at
  from vault.secrets;

create function vault.create_secret(
  new_secret text,
  new_name text default null,
  new_description text default '',
  new_key_id uuid default null
) returns uuid
language sql security definer
set search_path = ''
as $$
  insert into vault.secrets (secret, name, description)
  values (vault._encrypt(new_secret), new_name, new_description)
  returning id
$$;

create function vault.update_secret(
  secret_id uuid,
  new_secret text default null,
  new_name text default null,
  new_description text default null,
  new_key_id uuid default null
) returns void
language sql security definer
set search_path = ''
as $$
  update vault.secrets s set
    secret = case when new_secret is null then s.secret else vault._encrypt(new_secret) end,
    name = coalesce(new_name, s.name),
    description = coalesce(new_description, s.description),
    updated_at = now()
  where s.id = secret_id
$$;

-- As on Supabase: secrets are written through the functions only.
revoke all on all functions in schema vault from public;
grant usage on schema vault to postgres with grant option;
grant select, delete, truncate, references on vault.secrets, vault.decrypted_secrets
  to postgres with grant option;
grant execute on function vault.create_secret, vault.update_secret, vault._crypto_aead_det_decrypt
  to postgres with grant option;
grant usage on schema vault to service_role;
grant select, delete on vault.secrets, vault.decrypted_secrets to service_role;
grant execute on function vault.create_secret, vault.update_secret, vault._crypto_aead_det_decrypt
  to service_role;
