-- What a vendor has seen never changes, whoever writes: a batch goes out again byte for byte as it was sent, and what is
-- in somebody's books is never sent again. Definer, because the writer may have no rights in sync_scheduler; it reads
-- the batch of the row at hand, and changes nothing but that row.
create or replace function sync_scheduler.guard_entry() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' and new.redacted_at is not null then
    -- The content is gone, its hash is not: by it a further delivery is known as the same, or as another.
    if new.payload = '{}' then
      new.payload_hash := old.payload_hash;
    else
      new.redacted_at := null;
      new.redacted_debit := null;
      new.redacted_currency := null;
    end if;
  end if;
  if new.redacted_at is null then
    new.payload_hash := sync_scheduler.entry_hash(new.period, new.document_number, new.payload);
  end if;
  if tg_op = 'INSERT' or new.payload_hash <> old.payload_hash or new.redacted_at is distinct from old.redacted_at then
    new.payload_bytes := octet_length(new.payload::text);
  else
    new.payload_bytes := old.payload_bytes;
  end if;
  if tg_op = 'UPDATE' and (
    (old.state = 'exported' and new.state <> 'exported')
    or (old.state <> 'pending' and (new.integration_id, new.entry_key) is distinct from (old.integration_id, old.entry_key))
    -- New content begins anew: it waits, whatever became of the content before it.
    or (old.state <> 'pending' and new.payload_hash is distinct from old.payload_hash
      and not (new.state = 'pending' and sync_scheduler.is_replaceable(old)))
    -- An admin sends it again while a purge empties it.
    or (new.redacted_at is not null and new.state not in ('exported', 'rejected', 'withdrawn'))
    or (new.state = 'withdrawn' and old.state not in ('pending', 'withdrawn') and not old.not_sent)
  ) then
    raise exception using errcode = 'PT409', message = 'entry_is_sent',
      detail = jsonb_build_object('entry_key', left(old.entry_key, 100), 'state', old.state);
  end if;
  -- A decision is about one refusal, or one conflict. The next one waits for a decision of its own.
  if tg_op = 'UPDATE' and new.decided_at is not distinct from old.decided_at and (
    (new.state = 'rejected' and old.state <> 'rejected')
    or (new.conflict_at is not null and new.conflict_at is distinct from old.conflict_at)
  ) then
    new.decided_at := null;
  end if;
  -- They say how it was rejected.
  if new.state <> 'rejected' then
    new.not_sent := false;
    new.refused_at_first_send := false;
    new.nothing_left := false;
  end if;
  -- What goes out anew is contradicted anew: content that was decided or adopted before is no known contradiction of it.
  if new.state = 'pending' and new.conflict_at is null then
    new.conflict_payload_hash := null;
    new.conflict_content := null;
  end if;
  -- What is settled, or goes into a new batch, is no longer part of one that is set aside.
  if new.state not in ('sending', 'unknown') then
    new.set_aside_run_id := null;
  end if;
  -- A refusal is about one content, and only what waits can be passed over.
  if new.state <> 'pending' or (tg_op = 'UPDATE' and new.payload_hash <> old.payload_hash) then
    if new.state = 'pending' and new.refused_run_id is not null then
      new.error_message := null;
    end if;
    new.refused_run_id := null;
  end if;
  -- Refused where the host's developer sees it. Also in what is delivered later: it may take the payload's place.
  if (tg_op = 'INSERT' or (new.payload_hash, new.conflict_content) is distinct from (old.payload_hash, old.conflict_content))
    and (sync_scheduler.loses_digits(new.payload) or sync_scheduler.loses_digits(new.conflict_content))
  then
    raise exception using errcode = '23514', schema = tg_table_schema, table = tg_table_name, column = 'payload',
      message = 'a JSON number in the payload would lose digits on its way: write amounts as strings',
      detail = jsonb_build_object('entry_key', left(new.entry_key, 100));
  end if;
  return new;
end;
$$;
revoke all on function sync_scheduler.guard_entry() from public, anon, authenticated, service_role;
comment on function sync_scheduler.guard_entry() is
  'Trigger of sync_export_entries: computes payload_hash and payload_bytes, clears decided_at when the entry is rejected or contradicted anew, and '
  'refuses (PT409 entry_is_sent; details: entry_key, state) other content for an entry that is not replaceable (is_replaceable), '
  'another state for one that is exported, to withdraw what may have left, and to send what is redacted; and (23514) a JSON number that a float would change.';

create trigger guard_entry before insert or update on public.sync_export_entries
  for each row execute function sync_scheduler.guard_entry();
