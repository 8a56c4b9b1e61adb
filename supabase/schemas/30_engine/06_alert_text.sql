create or replace function sync_scheduler.alert_text(label text, integration_type text, message text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  shown text := concat('[', alert_text.label, '] ', coalesce(
    (select t.name from public.sync_integration_types t where t.code = alert_text.integration_type), 'Sync scheduler'),
    ': ', alert_text.message);
begin
  -- A message may quote a vendor, an entry or a person. It stays one line, read in one direction, without characters that
  -- nobody sees.
  shown := regexp_replace(shown, '[\u0001-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]+', ' ', 'g');
  -- Chats make links of bare addresses: https://docs.slack.dev/reference/block-kit/composition-objects/text-object (verbatim).
  shown := replace(shown, '://', '[:]//');
  shown := regexp_replace(shown, '([^[:space:][:punct:]])[.。．｡](?=[^[:space:][:punct:][:digit:]]{2})', '\1[.]', 'g');
  -- What imitates Slack reads @here and Markdown's links.
  shown := regexp_replace(shown, '(^|[^[:alnum:]])@(?=[[:alnum:]])', '\1@ ', 'g');
  shown := replace(shown, '](', '] (');
  -- Slack would read <!channel> as a call to everybody.
  return replace(replace(replace(shown, '&', '&amp;'), '<', '&lt;'), '>', '&gt;');
end;
$$;
revoke all on function sync_scheduler.alert_text(text, text, text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.alert_text(text, text, text) is
  'The field text of a webhook message, as Slack and what imitates it show it. Nothing in it is a link, a mention or another '
  'line: https://evil.example becomes https[:]//evil[.]example.';
