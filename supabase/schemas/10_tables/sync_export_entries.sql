create table public.sync_export_entries (
  entry_id bigint generated always as identity primary key,
  integration_id uuid not null references public.sync_integrations (id) on delete cascade,
  entry_key text not null check (length(entry_key) between 1 and 200),
  period text not null check (period ~ '^[0-9]{4}-(0[1-9]|1[0-3])$'),
  document_number text not null check (length(document_number) between 1 and 35),
  payload jsonb not null check (jsonb_typeof(payload) = 'object'),
  -- guard_entry_content sets both: entry_hash, and the payload's bytes as text, by which a batch is measured.
  payload_hash bytea not null default '',
  payload_bytes integer not null default 0,
  state public.sync_entry_state not null default 'pending',
  batch_id uuid,
  sent_at timestamptz,
  -- Since when a send without a known outcome is open. Kept while the batch is sent again: a refusal of the
  -- repetition says nothing about the first send.
  unknown_since timestamptz,
  external_id text, error_message text,
  -- No foreign key, as below: retention deletes runs by the thousand, and their entries stay as they are.
  run_id uuid,
  created_at timestamptz not null default now(),
  exported_at timestamptz,
  -- The hash outlives a conflict that a person has closed: the next delivery of it does not open it again.
  conflict_at timestamptz, conflict_payload_hash bytea, conflict_content jsonb,
  -- Rejected by our own rules before its first send: nothing of it ever left.
  not_sent boolean not null default false,
  -- Rejected by the external system at the first send of its batch, and no person has decided since.
  refused_at_first_send boolean not null default false,
  -- Rejected, and the connector says that the external system holds nothing of it.
  nothing_left boolean not null default false,
  decided_at timestamptz,
  -- The run that set the entry's batch aside, because its outcome stays unknown.
  set_aside_run_id uuid,
  -- The run that has sent the entry by itself and was refused: it passes the entry over. As soon as another
  -- request is taken it rejects the entry, for the reason in error_message.
  refused_run_id uuid,
  -- The debit total stays, so that sums remain.
  redacted_at timestamptz, redacted_debit numeric, redacted_currency text,
  -- One definition for the count, the alert and every list.
  undecided boolean not null generated always as
    (((state = 'rejected' or conflict_at is not null) and decided_at is null)
      or set_aside_run_id is not null) stored,
  -- The key first: no other index begins with it, so a look-up by key and integration has one plan only. No
  -- index of all entries begins with the integration: without statistics the planner takes such an index for
  -- narrow, and reads all that an organisation ever exported.
  unique (entry_key, integration_id),
  check ((state = 'exported') = (exported_at is not null)),
  check (state not in ('sending', 'unknown') or batch_id is not null),
  check (state <> 'unknown' or unknown_since is not null),
  -- It was never sent, or certainly not taken: it goes into a batch of its own and may still change.
  check (state not in ('pending', 'withdrawn') or (batch_id is null and unknown_since is null)),
  check (refused_run_id is null or state = 'pending'),
  -- Without its content an entry cannot go out again.
  check (redacted_at is null or state in ('exported', 'rejected', 'withdrawn')),
  -- What they say is about a rejection, and ends with it.
  check (state = 'rejected' or not (not_sent or refused_at_first_send or nothing_left)),
  -- What never left is in no batch that may go out again.
  check (not not_sent or batch_id is null),
  check (conflict_at is null or (conflict_payload_hash is not null and conflict_content is not null))
);
-- Each holds only what is looked for: an index of all states would hold every exported entry for ever, and a
-- plan without statistics would read through them. Behind a policy no condition on state can be sought in an
-- index, as its comparison is not leakproof. That a row is in a partial index needs no comparison.
create index sync_export_entries_pending_idx on public.sync_export_entries (integration_id, entry_id)
  where state = 'pending';
create index sync_export_entries_open_idx on public.sync_export_entries (integration_id, state, entry_id)
  where state in ('sending', 'unknown');
create index sync_export_entries_rejected_idx on public.sync_export_entries (integration_id, entry_id)
  where state = 'rejected';
create index sync_export_entries_batch_idx on public.sync_export_entries (batch_id);
create index sync_export_entries_run_idx on public.sync_export_entries (run_id);
create index sync_export_entries_conflict_idx on public.sync_export_entries (integration_id)
  where conflict_at is not null;
-- Nearly always empty or small, however many entries there are.
create index sync_export_entries_undecided_idx on public.sync_export_entries (integration_id, entry_id)
  where undecided;
-- Nearly always empty: the entries that a run passes over.
create index sync_export_entries_refused_idx on public.sync_export_entries (refused_run_id)
  where refused_run_id is not null;
alter table public.sync_export_entries enable row level security;

comment on table public.sync_export_entries is
  'The outbox: accounting entries to export. add_sync_entries delivers them; the worker RPCs, and an admin '
  'by settle_sync_entries and withdraw_sync_entries, change their state.';
comment on column public.sync_export_entries.entry_key is
  'Its name in the source system; an integration exports one key at most once.';
comment on column public.sync_export_entries.period is
  'Accounting period, YYYY-MM: a month from 01 to 12, or the thirteenth, which ends the fiscal year.';
comment on column public.sync_export_entries.document_number is
  'Voucher number. At most 35 characters: an external system need not hold more.';
comment on column public.sync_export_entries.payload is
  'What the connector sends. Amounts are decimal strings: a float would change them.';
comment on column public.sync_export_entries.batch_id is
  'The batch in which the entry was last sent, and the idempotency key under which the receiver knows it.';
comment on column public.sync_export_entries.sent_at is
  'When it was last handed to a worker. A decision about an unknown entry names it.';
comment on column public.sync_export_entries.conflict_at is
  'Since when the source contradicts what was sent: the key came again with other content. Null: it does '
  'not, a person has closed it, or the source says again what was sent.';
comment on column public.sync_export_entries.conflict_content is
  'The content that contradicts what was sent. It is sent only if a person says so.';
comment on column public.sync_export_entries.decided_at is
  'When a person last decided what becomes of it. A further rejection or conflict clears it. Set: the next '
  'refusal is not the first, and other content is then a conflict (is_replaceable).';
comment on column public.sync_export_entries.undecided is
  'Whether a person must decide: rejected or in conflict without decided_at, or set aside.';
comment on column public.sync_export_entries.redacted_at is
  'When the payload was emptied. The hash of the content stays: no key is exported twice.';

-- SHA-256 of an entry's content, whatever the order of the payload's keys. Equal hashes: equal bytes sent.
create or replace function sync_scheduler.entry_hash(period text, document_number text, payload jsonb)
  returns bytea
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- Of the text, not of the values: 1.0 and 1.00 are equal as jsonb, but not the same bytes to a receiver.
  return sha256(convert_to(jsonb_build_array(period, document_number, payload)::text, 'UTF8'));
end;
$$;

-- May other content take the place of the entry's? It may while the external system holds nothing of it and
-- nothing can arrive there late. No other place has this list.
create or replace function sync_scheduler.is_replaceable(entry public.sync_export_entries) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- A statement of its own: plpgsql evaluates it without a plan, and most are pending.
  if entry.state in ('pending', 'withdrawn') then
    return true;
  end if;
  return entry.state = 'rejected' and (entry.not_sent or (
    entry.refused_at_first_send and entry.nothing_left and entry.decided_at is null
    and not exists (
      select from public.sync_export_entries o
      where o.batch_id = entry.batch_id and o.state in ('sending', 'unknown'))));
end;
$$;

-- Trigger of sync_export_entries on the columns of its content. Computes payload_hash and payload_bytes.
-- Raises PT409 entry_is_sent (details: entry_key, state) for other content of an entry that is not
-- replaceable, and for another key or integration of one that is not pending. Raises 23514 for a JSON number
-- that a float would change. What a vendor has seen never changes, also for the owner: a batch goes out again
-- byte for byte as it was sent. Definer, because the writer may have no rights in sync_scheduler. It changes
-- nothing but the row at hand.
create or replace function sync_scheduler.guard_entry_content() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  is_new constant boolean := tg_op = 'INSERT';
  has_new_content boolean;
begin
  if not is_new and new.redacted_at is not null and new.payload <> '{}' then
    new.redacted_at := null;
    new.redacted_debit := null;
    new.redacted_currency := null;
  end if;
  -- Of redacted content the hash stays: a further delivery is compared with it. Of an insert OLD is null.
  new.payload_hash := case when new.redacted_at is null
    then sync_scheduler.entry_hash(new.period, new.document_number, new.payload)
    else coalesce(old.payload_hash, new.payload_hash) end;
  has_new_content := is_new or new.payload_hash <> old.payload_hash;
  new.payload_bytes := case when has_new_content or new.redacted_at is distinct from old.redacted_at
    then octet_length(new.payload::text) else old.payload_bytes end;
  if not is_new and old.state <> 'pending' and (
    new.integration_id <> old.integration_id or new.entry_key <> old.entry_key
    -- New content begins anew as pending, whatever became of the content before it.
    or (has_new_content and not (new.state = 'pending' and sync_scheduler.is_replaceable(old))))
  then
    perform sync_scheduler.raise_error('entry_is_sent',
      jsonb_build_object('entry_key', left(old.entry_key, 100), 'state', old.state));
  end if;
  -- A refusal is about one content.
  if not is_new and has_new_content and new.state = 'pending' and new.refused_run_id is not null then
    new.refused_run_id := null;
    new.error_message := null;
  end if;
  -- Refused where the host's developer sees it. Also in what is delivered later: it may take the payload's
  -- place.
  if (has_new_content and sync_scheduler.loses_digits(new.payload))
    or (new.conflict_content is distinct from old.conflict_content
      and sync_scheduler.loses_digits(new.conflict_content))
  then
    raise exception using errcode = '23514', schema = tg_table_schema, table = tg_table_name,
      column = 'payload',
      message = 'a JSON number in the payload would lose digits on its way: write amounts as strings',
      detail = jsonb_build_object('entry_key', left(new.entry_key, 100));
  end if;
  return new;
end;
$$;

-- payload_hash is one of them: else a writer could forge it. A change of state alone hashes nothing.
create trigger guard_entry_content before insert
  or update of integration_id, entry_key, period, document_number, payload, payload_hash, payload_bytes,
    conflict_content, redacted_at
  on public.sync_export_entries
  for each row execute function sync_scheduler.guard_entry_content();

-- Clears decided_at when the entry is rejected or contradicted anew, and the marks that the new state ends.
-- Raises PT409 entry_is_sent (details: entry_key, state) for another state of an exported entry, for
-- withdrawing what may have left, and for sending what is redacted. Definer, because the writer may have no
-- rights in sync_scheduler. It changes the row at hand, and where the active run looks for entries: a hint.
create or replace function sync_scheduler.guard_entry_state() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if (old.state = 'exported' and new.state <> 'exported')
    -- An admin sends it again while a purge empties it.
    or (new.redacted_at is not null and new.state not in ('exported', 'rejected', 'withdrawn'))
    or (new.state = 'withdrawn' and old.state not in ('pending', 'withdrawn') and not old.not_sent)
  then
    perform sync_scheduler.raise_error('entry_is_sent',
      jsonb_build_object('entry_key', left(old.entry_key, 100), 'state', old.state));
  end if;
  -- A decision is about one refusal, or one conflict. The next one needs a decision of its own.
  if new.decided_at is not distinct from old.decided_at and (
    (new.state = 'rejected' and old.state <> 'rejected')
    or (new.conflict_at is not null and new.conflict_at is distinct from old.conflict_at)
  ) then
    new.decided_at := null;
  end if;
  -- They say how it was rejected.
  new.not_sent := new.not_sent and new.state = 'rejected';
  new.refused_at_first_send := new.refused_at_first_send and new.state = 'rejected';
  new.nothing_left := new.nothing_left and new.state = 'rejected';
  -- What goes out anew is contradicted anew: content that was decided or adopted before no longer counts.
  if new.state = 'pending' and new.conflict_at is null then
    new.conflict_payload_hash := null;
    new.conflict_content := null;
  end if;
  -- What is settled, or goes into a new batch, is no longer part of one that is set aside.
  new.set_aside_run_id := case when new.state in ('sending', 'unknown') then new.set_aside_run_id end;
  -- Only a pending entry can be passed over.
  new.refused_run_id := case when new.state = 'pending' then new.refused_run_id end;
  -- A worker may get it again, and the active run looks for entries from reserved_from on only. If this one
  -- is in front of it, the look must begin here.
  if new.state in ('pending', 'sending', 'unknown') and (old.state not in ('pending', 'sending')
    or old.refused_run_id is not null or old.set_aside_run_id is not null)
  then
    update sync_scheduler.run_attempts a set reserved_from = new.entry_id
    where a.reserved_from > new.entry_id and a.run_id = (
      select r.run_id from public.sync_run_log r
      where r.integration_id = new.integration_id and r.status in ('pending', 'running'));
  end if;
  return new;
end;
$$;

-- The plain steps are pending to sending and sending to exported, of an entry without any mark.
create trigger guard_entry_state before update on public.sync_export_entries
  for each row when (
    (new.state <> old.state and not (old.state = 'pending' and new.state = 'sending')
      and not (old.state = 'sending' and new.state = 'exported'))
    or new.not_sent or new.refused_at_first_send or new.nothing_left
    or old.refused_run_id is not null or new.refused_run_id is not null
    or new.conflict_at is not null or new.conflict_payload_hash is not null
    or new.conflict_content is not null
    or old.set_aside_run_id is not null or new.set_aside_run_id is not null or new.redacted_at is not null)
  execute function sync_scheduler.guard_entry_state();
