create table sync_scheduler.redaction (
  only_row boolean primary key default true check (only_row),
  -- entry_id of the last entry that was looked at.
  reached bigint not null default 0,
  -- When the walk began. A week later it begins anew: what was open then may be over.
  began_at timestamptz not null default now()
);
insert into sync_scheduler.redaction default values;
comment on table sync_scheduler.redaction is
  'How far purge_payloads has come in its walk through the entries.';
