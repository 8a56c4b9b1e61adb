create or replace function sync_scheduler.require_text(argument text, value text) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  most constant integer := sync_scheduler.text_limit(require_text.argument);
begin
  if length(require_text.value) > most then
    case require_text.argument
      when 'reason' then perform sync_scheduler.raise_error('reason_too_long', jsonb_build_object('max_length', most));
      when 'idempotency_key' then
        perform sync_scheduler.raise_error('invalid_idempotency_key', jsonb_build_object('max_length', most));
      when 'token' then perform sync_scheduler.raise_error('invalid_token');
      else perform sync_scheduler.raise_error('argument_too_long',
        jsonb_build_object('argument', require_text.argument, 'max_length', most));
    end case;
  end if;
end;
$$;
revoke all on function sync_scheduler.require_text(text, text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.require_text(text, text) is
  'Refuses a text argument that is longer than text_limit says; null passes. An RPC calls it for each of its texts when it knows '
  'that the caller has the role for it, and before it uses the text. Errors: PT422 reason_too_long, PT422 invalid_idempotency_key, '
  'PT401 invalid_token, for any other argument PT422 argument_too_long (details: argument, max_length). None of them quotes it.';
