create table sync_scheduler.refused_entries (
  integration_id uuid not null references public.sync_integrations (id) on delete cascade,
  -- Empty: items without a usable key, and all that are beyond the bound.
  entry_key text not null check (length(entry_key) <= 200),
  field text not null,
  reason text not null,
  -- When it was refused first.
  refused_at timestamptz not null default now(),
  primary key (integration_id, entry_key)
);
comment on table sync_scheduler.refused_entries is
  'What add_sync_entries has refused and not taken since, up to 10,000 of an integration.';
