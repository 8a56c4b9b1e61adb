create table public.sync_export_entries (
  entry_id bigint generated always as identity primary key,
  integration_id uuid not null references public.sync_integrations (id) on delete cascade,
  entry_key text not null check (length(entry_key) between 1 and 200),
  period text not null check (period ~ '^[0-9]{4}-(0[1-9]|1[0-3])$'),
  document_number text not null check (length(document_number) between 1 and 35),
  payload jsonb not null check (jsonb_typeof(payload) = 'object'),
  -- Set by guard_entry; the default is there so that nobody has to give one.
  payload_hash bytea not null default '',
  -- Likewise.
  payload_bytes integer not null default 0,
  state public.sync_entry_state not null default 'pending',
  batch_id uuid,
  sent_at timestamptz,
  unknown_since timestamptz,
  external_id text,
  error_message text,
  -- No foreign key: retention deletes runs by the thousand, and their entries stay as they are.
  run_id uuid,
  created_at timestamptz not null default now(),
  exported_at timestamptz,
  conflict_at timestamptz,
  conflict_payload_hash bytea,
  conflict_content jsonb,
  not_sent boolean not null default false,
  refused_at_first_send boolean not null default false,
  nothing_left boolean not null default false,
  decided_at timestamptz,
  -- No foreign key, like run_id.
  set_aside_run_id uuid,
  refused_run_id uuid,
  redacted_at timestamptz,
  redacted_debit numeric,
  redacted_currency text,
  -- One definition for the count, the alert and every list.
  undecided boolean not null generated always as
    (((state = 'rejected' or conflict_at is not null) and decided_at is null) or set_aside_run_id is not null) stored,
  -- The key first: no other index begins with it, so a look-up by key and integration has one plan only.
  unique (entry_key, integration_id),
  check ((state = 'exported') = (exported_at is not null)),
  check (state not in ('sending', 'unknown') or batch_id is not null),
  check (state <> 'unknown' or unknown_since is not null),
  -- What waits was never sent, or certainly not taken: it goes into a batch of its own and may still change.
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
-- Each holds only what is looked for: an index of all states would hold every exported entry for ever, and a plan without
-- statistics would read through them.
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
  'The outbox: accounting entries to export. The host delivers them as pending (add_sync_entries); from then '
  'on the worker RPCs change their state, and an admin through settle_sync_entries.';
comment on column public.sync_export_entries.entry_key is
  'The entry''s own name in the source system; one key of an integration is exported at most once.';
comment on column public.sync_export_entries.period is
  'Accounting period, YYYY-MM. A month from 01 to 12, or 13: the thirteenth period, at the end of the fiscal year.';
comment on column public.sync_export_entries.document_number is
  'Voucher number. At most 35 characters: Business Central''s external document number holds no more.';
comment on column public.sync_export_entries.payload is
  'What the connector sends. Amounts are decimal strings, never JSON numbers: a float would change them.';
comment on column public.sync_export_entries.payload_hash is
  'SHA-256 of period, document_number and payload, as entry_hash makes it: tells whether a key is delivered with the same '
  'content again.';
comment on column public.sync_export_entries.payload_bytes is
  'Bytes of the payload as text, as guard_entry counts them: a batch is measured without reading its payloads.';
comment on column public.sync_export_entries.batch_id is
  'The batch in which the entry was last sent, and the idempotency key under which the receiver knows it.';
comment on column public.sync_export_entries.sent_at is
  'When the entry was last handed to a worker. Who decides about an unknown entry says which send that is about.';
comment on column public.sync_export_entries.unknown_since is
  'Since when a send without a known outcome is open. Kept while the batch is sent again: a refusal of the repetition '
  'says nothing about the first send.';
comment on column public.sync_export_entries.not_sent is
  'Rejected by our own rules before its first send: nothing of it ever left.';
comment on column public.sync_export_entries.refused_at_first_send is
  'Rejected by the external system at the first send of its batch. No later result changes that; a decision of a person '
  'takes it back.';
comment on column public.sync_export_entries.nothing_left is
  'Rejected, and the connector says that the external system holds nothing of it. Together with refused_at_first_send it lets '
  'the source replace the entry, as long as nothing of its batch is open and no person has decided about it.';
comment on column public.sync_export_entries.conflict_at is
  'Since when the source contradicts what was sent: its key was delivered again with other content. Beside the state, '
  'which says what the external system has. Null when there is none, a person has closed it, or the source says again what was sent.';
comment on column public.sync_export_entries.conflict_payload_hash is
  'Hash of the content that was delivered last and differs from what was sent; outlives a conflict that a person has closed, so that '
  'its next delivery does not open it again. Null once the entry waits to go out anew, or the source says again what was sent.';
comment on column public.sync_export_entries.conflict_content is
  'That content: period, document_number, payload. It is sent only if a person says so.';
comment on column public.sync_export_entries.decided_at is
  'When a person last decided about the entry (abandon, keep, resend, withdraw), or the source replaced it. Null: undecided. A '
  'further rejection or conflict clears it.';
comment on column public.sync_export_entries.set_aside_run_id is
  'The run that set the entry''s batch aside, because its outcome stays unknown. Null: not set aside.';
comment on column public.sync_export_entries.undecided is
  'Whether the entry waits for a person: rejected or in conflict without decided_at, or in a batch that is set aside.';
comment on column public.sync_export_entries.refused_run_id is
  'The run that has sent the entry by itself and was refused: it passes the entry over, which stays pending. As soon as another '
  'request of that run is taken the entry is rejected, for the reason in error_message.';
comment on column public.sync_export_entries.redacted_at is
  'When the payload was emptied (sync_scheduler.redact_entries); null: it is there. payload_hash stays that of the content, so that '
  'the key cannot be exported twice.';
comment on column public.sync_export_entries.redacted_debit is
  'Total of the debit side of a redacted voucher, so that sums remain; null: it had none, or is not redacted.';
comment on column public.sync_export_entries.redacted_currency is 'Currency of a redacted voucher, if it named one.';
