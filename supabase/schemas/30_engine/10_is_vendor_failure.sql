create or replace function sync_scheduler.is_vendor_failure(error_class text, error_code text) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  -- What went wrong on our side of the wire says nothing of the vendor; nor does a refusal, which is each one's own.
  return coalesce(error_class in ('transient', 'ambiguous') and error_code not in (
    'worker_fault', 'worker_lost', 'function_misconfigured', 'database_unreachable', 'database_full', 'database_read_only', 'database_restarting', 'database_error', 'unexpected_answer',
    'lease_lost', 'connector_fault', 'outcome_unknown', 'entries_deferred', 'entries_unresolved', 'no_progress',
    -- The vendor was there, and had not come to it yet, or we had no more time.
    'xledger_import_pending', 'xledger_partial_voucher', 'xledger_out_of_time',
    'business_central_not_visible', 'business_central_busy', 'business_central_time_over',
    -- It has answered that it does not take this batch again.
    'webhook_repetition_refused'), false);
end;
$$;
revoke all on function sync_scheduler.is_vendor_failure(text, text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.is_vendor_failure(text, text) is
  'Does this failure of a check or of a run mean that the vendor was not there, which others would meet, too? Codes of connectors '
  'do, but for those that say that it has answered; those of the function, the worker and the engine do not.';
