create or replace function sync_scheduler.require_valid_address(address jsonb, format public.sync_alert_format) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  wrong text;
  size integer;
begin
  begin
    size := octet_length(decode(substr(address ->> 'secret', 7), 'base64'));
  exception when data_exception then
    size := null;
  end;
  -- No error of this function names a value.
  if address ->> 'url' ~ '^http:' and (
    select coalesce(s.function_url !~ '^http://(localhost|127(\.[0-9]+){3}|\[::1\]|host\.docker\.internal)[:/]', true)
    from sync_scheduler.settings s)
  then
    -- What listens on the machine of a hosted function is none of a tenant's business, nor what is in its container.
    wrong := '{"field": "url", "reason": "https://"}';
  elsif coalesce(length(address ->> 'url') > 2000 or address ->> 'url'
    !~ '^(https://[^[:space:]/?#@\\]+|http://(localhost|127(\.[0-9]+){3}|\[::1\])(:[0-9]+)?)([/?#][^[:space:]]*)?$', true)
  then
    wrong := '{"field": "url", "reason": "https://, or http:// to the machine itself, without a user name"}';
  elsif address ->> 'url' ~ '^https:' and address ->> 'url' !~* '^https://[^/?#]*\.[a-z][a-z0-9-]*\.?(:[0-9]+)?([/?#]|$)' then
    -- Numbers and names without a dot are machines beside the function, not a tenant's.
    wrong := '{"field": "url", "reason": "a public host name, not an address of a network"}';
  -- What a chat hands out is a secret itself, and chats verify no signature.
  elsif address ->> 'secret' is null and require_valid_address.format <> 'json' then
    return;
  -- Postgres reads base64 with blanks in it, however many.
  elsif coalesce(address ->> 'secret' !~ '^whsec_[A-Za-z0-9+/]{32,88}={0,2}$', true) or coalesce(size, 0) not between 24 and 64 then
    wrong := '{"field": "secret", "reason": "whsec_ and the base64 of 24 to 64 bytes"}';
  end if;
  if wrong is not null then
    perform sync_scheduler.raise_error('invalid_configuration', wrong::jsonb);
  end if;
end;
$$;
revoke all on function sync_scheduler.require_valid_address(jsonb, public.sync_alert_format) from public, anon, authenticated, service_role;
comment on function sync_scheduler.require_valid_address(jsonb, public.sync_alert_format) is
  'Refuses {url, secret} of an alert webhook (PT422 invalid_configuration, details {field, reason}): https to a host name, or http to the machine '
  'itself where the function is on the machine of the database (or of its container), which is a developer''s; '
  'the secret as Standard Webhooks has it, which only the format json needs.';
