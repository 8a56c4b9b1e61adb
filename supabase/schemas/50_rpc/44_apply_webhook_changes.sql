create or replace function sync_scheduler.apply_webhook_changes(webhook public.sync_alert_webhooks, changes jsonb)
returns public.sync_alert_webhooks
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  known constant text[] := '{url,secret,format,kinds,min_severity,finished_runs}'::text[];
  field text;
begin
  if jsonb_typeof(changes) is distinct from 'object' then
    perform sync_scheduler.raise_error('invalid_configuration', '{"reason": "changes must be a JSON object, or null to remove it"}');
  elsif octet_length(changes::text) > 16384 then
    -- All of it goes into messages and Vault, and one claim reads those of several organisations.
    perform sync_scheduler.raise_error('invalid_configuration', '{"reason": "changes must be at most 16 KiB"}');
  end if;
  for field in select jsonb_object_keys(changes) loop
    if field <> all (known) then
      perform sync_scheduler.raise_error('invalid_configuration', jsonb_build_object(
        'field', left(field, 100), 'reason', 'unknown setting', 'known', known));
    end if;
    begin
      webhook := jsonb_populate_record(webhook, jsonb_build_object(field, changes -> field));
    -- Lists within lists within lists are a limit of the server's.
    exception when data_exception or program_limit_exceeded then
      perform sync_scheduler.raise_error('invalid_configuration', jsonb_build_object('field', field, 'reason', left(sqlerrm, 100)));
    end;
  end loop;
  -- Each once, and in one dimension, whatever was given.
  webhook.kinds := case when webhook.kinds is not null then array(select distinct kind from unnest(webhook.kinds) kind order by kind) end;
  if webhook.min_severity is null or webhook.finished_runs is null or cardinality(webhook.kinds) = 0 then
    perform sync_scheduler.raise_error('invalid_configuration', jsonb_build_object(
      'field', case when webhook.min_severity is null then 'min_severity' when webhook.finished_runs is null then 'finished_runs'
        else 'kinds' end, 'reason', 'must have a value'));
  end if;
  return webhook;
end;
$$;
revoke all on function sync_scheduler.apply_webhook_changes(public.sync_alert_webhooks, jsonb)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.apply_webhook_changes(public.sync_alert_webhooks, jsonb) is
  'The webhook with these settings instead of its own; nothing is saved, and url and secret are no columns of it. Errors: PT422 '
  'invalid_configuration (details: field, reason).';
