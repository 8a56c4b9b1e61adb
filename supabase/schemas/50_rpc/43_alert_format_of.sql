create or replace function sync_scheduler.alert_format_of(url text) returns public.sync_alert_format
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  host constant text := lower(substring(alert_format_of.url from '^https://([^/?#:]+)'));
begin
  -- November 2026, from the vendors' pages and from addresses that they hand out. A logic app may also be one of the
  -- receiver's own, which takes anything: then the admin names the format.
  return case
    when host ~ '^hooks\.slack(-gov)?\.com\.?$' then 'slack'::public.sync_alert_format
    when host ~ '^((ptb|canary)\.)?discord(app)?\.com\.?$' then
      -- Discord also imitates Slack: https://discord.com/developers/docs/resources/webhook#execute-slackcompatible-webhook
      case when alert_format_of.url ~ '/slack/?([?#]|$)' then 'slack'::public.sync_alert_format else 'discord' end
    -- Workflows (Power Automate), and the connectors before them.
    when host ~ '(^|\.)(webhook\.office\.com|logic\.azure\.com|powerplatform\.com)\.?$' then 'teams'
    when host ~ '^outlook\.office(365)?\.com\.?$' then 'teams'
  end;
end;
$$;
revoke all on function sync_scheduler.alert_format_of(text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.alert_format_of(text) is
  'The format that the receiver at this address takes, by its host; null: the host is not known.';
