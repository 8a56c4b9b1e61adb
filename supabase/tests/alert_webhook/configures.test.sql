begin;
\ir ../fixtures.psql
\ir ../alert_webhook.psql
select plan(32);
create function pg_temp.stored() returns jsonb language sql as $$
  select s.decrypted_secret::jsonb from vault.decrypted_secrets s where s.name like 'sync_scheduler alert webhook of %'
$$;
prepare refused (text) as select throws_ok(format('select public.configure_alert_webhook(sync_test.id(''org a''), %L)', $1), 'PT422', 'invalid_configuration', $1);

select throws_ok($$ select pg_temp.configure('{}', 'coordinator') $$, 'PT403', 'not_authorized', 'a coordinator may not');
select throws_ok($$ select pg_temp.configure('{}', 'outsider') $$, 'PT403', 'not_authorized', 'nor the admin of another organisation');
select sync_test.act_as('nobody');
select throws_ok($$ select public.configure_alert_webhook(sync_test.id('org a'), '{}') $$, 'PT401', 'not_authenticated', 'nor a caller without claims');

select sync_test.act_as('admin');
execute refused('[]');
execute refused('{"colour": "red"}');
execute refused('{"secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}');
execute refused('{"url": "http://hooks.example/", "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}');
execute refused('{"url": "https://me@hooks.example/", "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}');
execute refused('{"url": "https://hooks.example/", "secret": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}');
execute refused('{"url": "https://hooks.example/", "secret": "whsec_c2hvcnQ="}');
execute refused('{"url": "https://hooks.example/", "secret": "whsec_MDEyMzQ1Njc4OWFi   Y2RlZjAxMjM0NTY3"}');
execute refused('{"url": "https://169.254.169.254/", "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}');
execute refused('{"url": "https://[::1]:8443/", "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}');
execute refused('{"url": "https://kong:8443/", "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}');
execute refused('{"url": "https://0x7f000001/a.b", "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}');
select throws_ok(format('select public.configure_alert_webhook(sync_test.id(''org a''), %L)',
  jsonb_build_object('kinds', (select jsonb_agg('run_failed'::text) from generate_series(1, 2000)))), 'PT422', 'invalid_configuration',
  'what is too large to be meant is refused');
execute refused('{"url": "https://hooks.example/", "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", "kinds": ["rain"]}');
execute refused('{"kinds": [[[[[[[["drift"]]]]]]]]}');
execute refused('{"url": "https://hooks.example/", "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", "min_severity": null}');
select sync_test.act_as('owner');
update sync_scheduler.settings set function_url = 'https://host.example/functions/v1/integration-sync';
select sync_test.act_as('admin');
execute refused('{"url": "http://127.0.0.1:8080/", "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}');
select sync_test.act_as('owner');
update sync_scheduler.settings set function_url = 'http://kong:8000/functions/v1/integration-sync';
select sync_test.act_as('admin');
execute refused('{"url": "http://127.0.0.1:9000/", "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}');
select sync_test.act_as('owner');
update sync_scheduler.settings set function_url = null;
select sync_test.act_as('admin');
select throws_ok($$ select public.configure_alert_webhook(sync_test.id('org a'),
  '{"url": "http://127.0.0.1:8080/", "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}') $$, 'PT422', 'invalid_configuration',
  'nor is it while the function''s address is unknown');
select sync_test.act_as('owner');
update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/';
select is(count(*)::integer, 0, 'of all that nothing is stored') from public.sync_alert_webhooks;

select pg_temp.connect('{"kinds": [["run_failed", "drift"], ["drift", "drift"]], "min_severity": "warning", "finished_runs": true}');
select is(pg_temp.stored(), jsonb_build_object('url', 'https://hooks.example/T0/B0?key=1', 'secret', pg_temp.secret()),
  'address and secret are in Vault');
select results_eq($$ select host, kinds::text, min_severity::text, finished_runs, stopped_at from public.sync_alert_webhooks $$,
  $$ values ('hooks.example', '{drift,run_failed}', 'warning', true, null::timestamptz) $$, 'what members read does not have them');
select pg_temp.configure('{"url": "http://127.0.0.1:8080/hook", "kinds": null}');
select results_eq($$ select host, kinds, min_severity::text, pg_temp.stored() ->> 'secret' from public.sync_alert_webhooks $$,
  $$ values ('127.0.0.1:8080', null::public.sync_alert_kind[], 'warning', pg_temp.secret()) $$, 'what is not named stays');
select is(pg_temp.waiting(), 'webhook.configured, webhook.configured', 'each time a message will say so');
select results_eq($$ select action, actor_id, integration_id, details::text !~ 'whsec|T0' from public.sync_audit_log order by audit_id $$,
  $$ values ('configure_alert_webhook', sync_test.id('admin'), null::uuid, true), ('configure_alert_webhook', sync_test.id('admin'), null, true) $$,
  'it is audited, without address and secret');

select sync_test.act_as('viewer');
select is(count(*)::integer, 1, 'a member sees it') from public.sync_alert_webhooks;
select sync_test.act_as('outsider');
select is(count(*)::integer, 0, 'an outsider does not') from public.sync_alert_webhooks;
select sync_test.act_as('owner');
select pg_temp.configure(null);
select is((select count(*)::integer from public.sync_alert_webhooks) + (select count(*)::integer from sync_scheduler.alert_messages), 0,
  'null removes it, with what waits');
select is(pg_temp.stored(), null, 'and its secret');

select * from finish();
rollback;
