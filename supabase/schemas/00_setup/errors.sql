-- The one way to raise an error: by its name in error_catalog(). detail is JSON, because supabase-js shows
-- error.details but no response headers.
create or replace function sync_scheduler.raise_error(message text, detail jsonb default null) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  code text := (select c.code from sync_scheduler.error_catalog() c where c.message = raise_error.message);
begin
  if code is null then
    raise exception 'no error "%" in sync_scheduler.error_catalog()', raise_error.message;
  end if;
  raise exception using errcode = code, message = raise_error.message,
    detail = coalesce(raise_error.detail::text, '');
end;
$$;

-- Every error that this bundle raises: message, SQLSTATE (PTnnn becomes HTTP status nnn in PostgREST),
-- meaning. src/rpc-logic/error_codes.ts mirrors it and a test proves them equal.
create or replace function sync_scheduler.error_catalog()
returns table (message text, code text, description text)
language sql immutable set search_path = pg_catalog, pg_temp as $$
  values
    ('not_authenticated', 'PT401', 'Sign in first; an anonymous sign-in does not count.'),
    ('unsupported_identity', 'PT401',
      'The sub of the JWT is no uuid: a third-party sign-in that is not supported.'),
    ('not_authorized', 'PT403', 'The caller may not do this there, or there is nothing there.'),
    ('invalid_idempotency_key', 'PT422', 'The idempotency key is blank or too long.'),
    ('unknown_integration_type', 'PT422', 'There is no such integration type.'),
    ('integration_not_found', 'PT404', 'The organisation has no such integration.'),
    ('idempotency_key_reused', 'PT409', 'The key belongs to a run of another integration.'),
    ('integration_disabled', 'PT409', 'The integration is switched off.'),
    ('integration_paused', 'PT409', 'The integration is paused.'),
    ('sync_already_in_progress', 'PT409', 'A run of the integration is active.'),
    ('rate_limited', 'PT429',
      'Too soon or too often, or the vendor asked us to slow down; details name the limit and when it is '
      'over.'),
    ('function_url_not_configured', 'PT503',
      'The address of the Edge Function is not known: the doctor prints the SQL that sets it.'),
    ('run_not_active', 'PT409', 'The run has ended already.'),
    ('reason_too_long', 'PT422', 'The reason is longer than 500 characters.'),
    ('argument_too_long', 'PT422', 'An argument is longer than its limit.'),
    ('invalid_schedule', 'PT422', 'The cron expression is malformed, or its date never comes.'),
    ('invalid_time_zone', 'PT422', 'The time zone is no IANA name that the database knows.'),
    ('invalid_configuration', 'PT422', 'A setting is unknown, malformed or out of range.'),
    ('invalid_resume_at', 'PT422', 'A pause has to end in the future.'),
    ('invalid_period', 'PT422', 'The period is empty, too long, or not in the past that is asked about.'),
    ('invalid_count', 'PT422', 'How many is out of range.'),
    ('run_not_retryable', 'PT409', 'Only a run that failed or was cancelled can be retried.'),
    ('run_is_final', 'PT409', 'A final run never changes.'),
    ('entry_is_sent', 'PT409', 'What was sent keeps its content, and what was exported stays exported.'),
    ('invalid_entries', 'PT422', 'The entries are no list of the documented shape with each key once.'),
    ('reason_missing', 'PT422', 'The reason is blank; it goes into the audit log.'),
    ('entries_not_found', 'PT404', 'The integration has no entries of these keys.'),
    ('entries_not_settleable', 'PT409',
      'The entries cannot be settled like that, or have changed since they were looked at.'),
    ('batch_was_sent_again', 'PT409', 'The batch was sent again since: look it up anew, and name that send.'),
    ('batch_is_open', 'PT409',
      'Entries are open: a batch is settled in one call, and its address does not change before.'),
    ('invalid_credentials', 'PT422', 'The credentials are no JSON object, or too large.'),
    ('address_changed', 'PT409', 'The integration has another address by now; nothing was stored.'),
    ('credentials_not_stored', 'PT503', 'Vault refused the credentials; nothing has changed.'),
    ('invalid_token', 'PT401', 'The attempt token is forged, replaced or of another attempt.'),
    ('already_claimed', 'PT409', 'The attempt was claimed before.'),
    ('attempt_not_current', 'PT409', 'The attempt has ended, or its run has moved on.'),
    ('invalid_worker_request', 'PT422', 'A worker call carries a value out of range.')
$$;
