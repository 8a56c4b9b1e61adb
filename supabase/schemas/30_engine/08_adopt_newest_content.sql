create or replace function sync_scheduler.adopt_newest_content(entry_ids bigint[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- As in settle_entries.
  if coalesce(cardinality(adopt_newest_content.entry_ids), 0) = 0 then
    return;
  end if;
  -- In a statement of its own: guard_entry judges the entry as it was before.
  update public.sync_export_entries e set
    period = e.conflict_content ->> 'period',
    document_number = e.conflict_content ->> 'document_number',
    payload = e.conflict_content -> 'payload',
    conflict_at = null,
    state = 'pending',
    batch_id = null,
    run_id = case when e.state = 'pending' then e.run_id end,
    error_message = null
  -- num_nulls: for "is not null" a plan without statistics reads the conflicts of all tenants.
  where e.entry_id = any (adopt_newest_content.entry_ids) and num_nulls(e.conflict_at) = 0 and sync_scheduler.is_replaceable(e);
end;
$$;
revoke all on function sync_scheduler.adopt_newest_content(bigint[]) from public, anon, authenticated, service_role;
comment on function sync_scheduler.adopt_newest_content(bigint[]) is
  'For entries that turn out not to have been taken: what goes out is what the source has delivered since, and the conflict '
  'is over. Those that are not replaceable, or without a conflict, stay as they are.';
