create or replace function sync_scheduler.redact_batch(entry_ids bigint[]) returns integer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  redacted integer;
begin
  -- As in settle_entries.
  if redact_batch.entry_ids = '{}' then
    return 0;
  end if;
  update public.sync_export_entries e set
    payload = '{}',
    -- The external system's words may quote the voucher, and a person's reason stands in the audit log.
    error_message = null,
    conflict_content = case when e.conflict_at is not null then e.conflict_content end,
    redacted_at = now(),
    redacted_debit = (
      select sum((l ->> 'debit')::numeric)
      from jsonb_array_elements(case jsonb_typeof(e.payload -> 'lines') when 'array' then e.payload -> 'lines' else '[]' end) l
      where jsonb_typeof(l -> 'debit') = 'string' and sync_scheduler.is_amount(l ->> 'debit')),
    redacted_currency = case when jsonb_typeof(e.payload -> 'currency') = 'string' then left(e.payload ->> 'currency', 10) end
  where e.entry_id = any (redact_batch.entry_ids) and e.redacted_at is null and not e.undecided
    and e.state in ('exported', 'withdrawn', 'rejected')
    -- A batch of which anything is open goes out again whole, byte for byte.
    and not exists (
      select from public.sync_export_entries o where o.batch_id = e.batch_id and o.state in ('sending', 'unknown'));
  get diagnostics redacted = row_count;
  return redacted;
end;
$$;
revoke all on function sync_scheduler.redact_batch(bigint[]) from public, anon, authenticated, service_role;
comment on function sync_scheduler.redact_batch(bigint[]) is
  'Empties the payloads of those of these entries that are exported, withdrawn or decided and of whose batch nothing is open, and '
  'keeps debit total and currency. Returns how many. For redact_entries and purge_payloads.';
