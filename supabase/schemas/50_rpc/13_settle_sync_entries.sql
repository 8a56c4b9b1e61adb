-- Definer, because no client may write the outbox. The first statement checks the caller.
create or replace function public.settle_sync_entries(
  org_id uuid, integration_type text, entries jsonb, reason text
) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
#variable_conflict use_variable
declare
  integration public.sync_integrations;
  settled jsonb;
begin
  perform sync_scheduler.require_org_role(org_id, '{admin}');
  perform sync_scheduler.require_text('reason', settle_sync_entries.reason);
  perform sync_scheduler.require_size('entries', settle_sync_entries.entries, 16777216);
  if coalesce(btrim(reason), '') = '' then
    perform sync_scheduler.raise_error('reason_missing');
  end if;
  integration := sync_scheduler.lock_integration(org_id, integration_type);
  -- A worker that holds an entry as sending keeps it, and none takes one while it is settled.
  perform sync_scheduler.lock_active_run(integration.id);
  entries := sync_scheduler.expand_batches(integration.id, entries);
  perform sync_scheduler.require_settleable(integration.id, entries);

  settled := sync_scheduler.settle_entries(integration.id, entries, reason);
  if jsonb_array_length(settled) > 0 then
    perform sync_scheduler.audit(integration, 'entries_settled', reason, jsonb_build_object('entries', settled));
  end if;
  return jsonb_array_length(settled);
end;
$$;
revoke all on function public.settle_sync_entries(uuid, text, jsonb, text)
  from public, anon, authenticated, service_role;
grant execute on function public.settle_sync_entries(uuid, text, jsonb, text) to authenticated, service_role;
comment on function public.settle_sync_entries(uuid, text, jsonb, text) is
  'Settles entries by hand, all or none: a list (at most 10,000) of {entry_key, resolution, external_id?, sent_at?}, or {batch_id, '
  'sent_at, resolution} for all entries of one batch whose outcome is not known. exported: it stands '
  'in the external system (of an unknown, rejected or pending entry); resend: it does not and shall, with what the source '
  'delivered last (rejected, or unknown with its sent_at as it was when somebody looked); abandon: it does not and '
  'shall not, rejected for that reason (likewise); keep: what was exported stands, its conflict is closed (exported). For '
  'admins of the organisation and the service role. reason: at most 500 characters, kept in the audit log. Returns how many entries have changed; once more changes none. Errors: '
  'PT401 not_authenticated, PT401 unsupported_identity, '
  'PT403 not_authorized, PT422 argument_too_long, PT422 reason_too_long, PT422 reason_missing, PT422 '
  'unknown_integration_type, PT404 integration_not_found, PT422 invalid_entries, PT404 entries_not_found (details: '
  'entry_keys), PT409 entries_not_settleable (details: entries with state and sent_at; sending: a worker has it), PT409 '
  'batch_is_open (details: entry_keys that have to be settled in the same call), PT409 batch_was_sent_again (details: batches with their '
  'sent_at now: what was looked up is an older send), PT429 rate_limited.';
