create or replace function sync_scheduler.adopt_newest_content(entry_ids bigint[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- In a statement of its own: guard_entry lets only what waits already change.
  update public.sync_export_entries e set
    period = e.conflict_content ->> 'period',
    document_number = e.conflict_content ->> 'document_number',
    payload = e.conflict_content -> 'payload',
    conflict_at = null
  where e.entry_id = any (adopt_newest_content.entry_ids) and e.state = 'pending' and e.conflict_at is not null;
end;
$$;
revoke all on function sync_scheduler.adopt_newest_content(bigint[]) from public, anon, authenticated, service_role;
comment on function sync_scheduler.adopt_newest_content(bigint[]) is
  'For entries that have come back to pending: they were not taken, so what goes out is what the source has delivered '
  'since, and there is no conflict any more.';
