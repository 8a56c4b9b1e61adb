create or replace function sync_scheduler.alert_text(label text, integration_type text, message text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- A message may quote a vendor: Slack would read <!channel> in it as a call to everybody.
  return replace(replace(replace(
    concat('[', label, '] ', coalesce(
      (select t.name from public.sync_integration_types t where t.code = alert_text.integration_type), 'Sync scheduler'),
      ': ', message),
    '&', '&amp;'), '<', '&lt;'), '>', '&gt;');
end;
$$;
revoke all on function sync_scheduler.alert_text(text, text, text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.alert_text(text, text, text) is
  'The field text of a webhook message, as Slack and what imitates it show it.';
