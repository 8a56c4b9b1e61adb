begin;
\ir ../fixtures.psql
\ir ../alert_webhook.psql
select plan(9);
prepare again (text) as select public.configure_alert_webhook(sync_test.id('org a'), $1::jsonb);
create function pg_temp.last_time(ago interval) returns void language sql security definer as $$
  update public.sync_audit_log set created_at = clock_timestamp() - ago where action = 'configure_alert_webhook'
$$;

select pg_temp.connect();
select sync_test.act_as('admin');
select throws_ok($$ execute again('{"url": "https://other.example/"}') $$, 'PT429', 'rate_limited', 'a second time at once is refused');
select is((select host from public.sync_alert_webhooks), 'hooks.example', 'and nothing has changed');
select throws_ok($$ execute again('{"url": "nowhere"}') $$, 'PT422', 'invalid_configuration', 'what is wrong is reported all the same');
select pg_temp.last_time('5 seconds');
do $$ declare
  detail text;
begin
  execute 'execute again(''{}'')';
exception when sqlstate 'PT429' then
  get stacked diagnostics detail = pg_exception_detail;
  perform set_config('sync_test.detail', detail, true);
end $$;
select ok((current_setting('sync_test.detail')::jsonb ->> 'retry_after_seconds')::integer between 1 and 5, 'the answer says how long');
select pg_temp.last_time('10 seconds');
select lives_ok($$ execute again('{"url": "https://other.example/"}') $$, 'after ten seconds it may be done');

select lives_ok($$ execute again(null) $$, 'it is removed at any time: nothing is posted then');
select throws_ok($$ execute again('{"url": "https://third.example/", "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}') $$,
  'PT429', 'rate_limited', 'but that does not make it new');
select sync_test.act_as('outsider');
select lives_ok($$ select public.configure_alert_webhook(sync_test.id('org b'),
  '{"url": "https://third.example/", "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}') $$, 'another organisation does not wait for it');
select sync_test.act_as('owner');
update sync_scheduler.settings set check_cooldown = '0 seconds';
select sync_test.act_as('outsider');
select lives_ok($$ select public.configure_alert_webhook(sync_test.id('org b'), '{"kinds": null}') $$, 'and the host may do without');

select * from finish();
rollback;
