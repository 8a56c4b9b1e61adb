-- What a receiver is sent follows from its host, unless the admin says otherwise.
begin;
\ir ../fixtures.psql
\ir ../alert_webhook.psql
select plan(40);
create function pg_temp.stored() returns jsonb language sql as $$
  select s.decrypted_secret::jsonb from vault.decrypted_secrets s where s.name like 'sync_scheduler alert webhook of %'
$$;

select is(sync_scheduler.alert_format_of(url)::text, format, url) from (values
  ('https://hooks.slack.com/services/T0/B0/x', 'slack'),
  ('https://HOOKS.SLACK.COM:443/services/T0/B0/x', 'slack'),
  ('https://hooks.slack.com./services/T0/B0/x', 'slack'),
  ('https://hooks.slack-gov.com/services/T0/B0/x', 'slack'),
  ('https://discord.com/api/webhooks/1/x', 'discord'),
  ('https://discordapp.com/api/webhooks/1/x?wait=true', 'discord'),
  ('https://canary.discord.com/api/webhooks/1/x', 'discord'),
  ('https://discord.com/api/webhooks/1/x/slack', 'slack'),
  ('https://prod-23.westeurope.logic.azure.com:443/workflows/x/triggers/manual/paths/invoke?sig=x', 'teams'),
  ('https://defaultabc.12.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/x', 'teams'),
  ('https://contoso.webhook.office.com/webhookb2/x', 'teams'),
  ('https://outlook.office.com/webhook/x', 'teams'),
  ('https://hooks.slack.com.evil.example/', null),
  ('https://evilhooks.slack.com/', null),
  ('https://notdiscord.com/', null),
  ('https://evillogic.azure.com/', null),
  ('https://erp.example/hooks.slack.com', null),
  ('https://erp.example/?https://discord.com/', null),
  ('http://127.0.0.1:8080/', null)) as v (url, format);

-- A change that names this much is refused.
prepare refused (text, text) as select throws_ok(format('select pg_temp.configure(%L)', $1), 'PT422', 'invalid_configuration', $2);
execute refused('{"url": "https://hooks.example/"}', 'the format json needs a secret');
execute refused('{"url": "https://hooks.slack.com/services/T0/B0/x", "format": "json"}', 'also where the host would not');
execute refused('{"url": "https://hooks.slack.com/services/T0/B0/x", "format": "smoke"}', 'a format that does not exist is refused');
execute refused('{"url": "https://hooks.slack.com/services/T0/B0/x", "secret": "whsec_c2hvcnQ="}', 'a secret that is given must be one');
select is((pg_temp.configure('{"url": "https://discord.com/api/webhooks/1/x"}')).format::text, 'discord', 'a known host needs no format and no secret');
select is(pg_temp.stored(), '{"url": "https://discord.com/api/webhooks/1/x"}', 'none is made up');
select is((pg_temp.configure('{"min_severity": "warning"}')).format::text, 'discord', 'what is not named stays');
select is((pg_temp.configure('{"url": "https://hooks.slack.com/services/T0/B0/x"}')).format::text, 'slack', 'another host takes another format');
select is((pg_temp.configure('{"url": "https://chat.example/x", "format": "slack"}')).format::text, 'slack', 'an imitator is named by the admin');
select is((pg_temp.configure('{"url": "https://chat.example/y"}')).format::text, 'slack', 'and stays one at the same host');
execute refused('{"url": "https://other.example/"}', 'a host that is not known takes json, so it needs a secret');
select is((pg_temp.configure(jsonb_build_object('url', 'https://prod-1.logic.azure.com/x', 'format', 'json', 'secret', pg_temp.secret()))).format::text,
  'json', 'a logic app of the admin''s own takes json');
select is((pg_temp.configure('{"format": null}')).format::text, 'teams', 'null leaves it to the host');

select sync_test.act_as('owner');
update sync_scheduler.alert_senders set next_attempt_at = now();
select sync_scheduler.post_alert_messages();
create temporary table claimed as select pg_temp.claim() as alerts;
select is(alerts ->> 'format', 'teams', 'the function is given the format') from claimed;
select results_eq($$ select last_status, last_error from public.sync_alert_webhooks $$, $$ values (null::integer, null::text) $$,
  'before the function has reported nothing is known of the receiver');
create temporary table reported as
  select pg_temp.report(alerts, 0, 'refused', '{"status": 400, "error": "The receiver answered 400."}') as answer from claimed;
select results_eq($$ select last_status, last_error from public.sync_alert_webhooks $$, $$ values (400, 'The receiver answered 400.') $$,
  'then its answer is there');
select sync_test.act_as('viewer');
select is((select last_status from public.sync_alert_webhooks), 400, 'for members, too');
select sync_test.act_as('owner');
select pg_temp.pass('1 hour');
select sync_scheduler.post_alert_messages();
select pg_temp.report(pg_temp.claim(), 1);
select results_eq($$ select last_status, last_error from public.sync_alert_webhooks $$, $$ values (200, null::text) $$,
  'a message that is taken replaces it');

-- Another request is under way when the admin enters another address.
update sync_scheduler.alert_senders set next_attempt_at = now();
select sync_scheduler.post_alert_messages();
create temporary table late as select pg_temp.claim() as alerts;
select pg_temp.configure('{"url": "https://hooks.slack.com/services/T1/B1/x"}');
update public.sync_alert_webhooks set configured_at = now() + interval '1 second';
select results_eq($$ select last_status, last_error from public.sync_alert_webhooks $$, $$ values (null::integer, null::text) $$,
  'a new address has not answered yet');
create temporary table late_report as
  select pg_temp.report(alerts, 0, 'refused', '{"status": 404, "error": "The receiver answered 404."}') as answer from late;
select results_eq($$ select last_status, last_error from public.sync_alert_webhooks $$, $$ values (null::integer, null::text) $$,
  'the answer of the address before is not taken for its own');
select results_eq($$ select last_status, last_error from sync_scheduler.alert_messages where last_status = 404 $$,
  $$ values (404, 'The receiver answered 404.') $$, 'but kept with its message');

select * from finish();
rollback;
