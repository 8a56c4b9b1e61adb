begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
select plan(16);

select throws_ok($$ select pg_temp.check_as($n$viewer$n$) $$, 'PT403', 'not_authorized', 'a viewer may not');
select throws_ok($$ select pg_temp.check_as($n$outsider$n$) $$, 'PT403', 'not_authorized', 'nor an admin of another organisation');
select throws_ok($$ select pg_temp.check_as($n$stranger$n$) $$, 'PT403', 'not_authorized', 'nor a stranger');
select throws_ok($$ select pg_temp.check_as($n$anon$n$) $$, '42501', null, 'nor anon');
select sync_test.act_as('owner');
select is((select count(*)::integer from sync_scheduler.connection_checks where integration_id = sync_test.id('integration a')), 0, 'none of them started anything');

update public.sync_integrations set enabled = false, paused_at = now() where id = sync_test.id('integration a');
create temporary table answered as select * from pg_temp.check_as('coordinator');
select is((select status::text || ' ' || (check_requested_at is not null and checked_at is null) from answered), 'unknown true',
  'a coordinator may, and gets the health at once, also of an integration that is switched off');
select results_eq(
  $$ select q.url, q.timeout_milliseconds, convert_from(q.body, 'UTF8')::jsonb
     from net.http_request_queue q join sync_scheduler.connection_checks p on p.request_id = q.id $$,
  $$ values ('http://127.0.0.1:9/functions/v1/integration-sync', 5000, jsonb_build_object('kind', 'probes', 'probes',
       jsonb_build_array(jsonb_build_object('integration_id', sync_test.id('integration a'), 'token', pg_temp.check_token())))) $$,
  'the request names the integration and carries nothing else but the token');
select is((select a.actor_id from public.sync_audit_log a where a.action = 'test_connection'), sync_test.id('coordinator'), 'it is known who asked');
select is((select p.token_hash from sync_scheduler.connection_checks p), sha256(convert_to(pg_temp.check_token(), 'UTF8')),
  'of the token only the hash is kept');

select throws_ok($$ select pg_temp.check_as('admin') $$, 'PT429', 'rate_limited', 'one at a time');
do $$
declare
  detail jsonb;
begin
  perform pg_temp.check_as('admin');
exception when sqlstate 'PT429' then
  get stacked diagnostics detail = pg_exception_detail;
  perform set_config('sync_test.detail', detail::text, true);
end
$$;
select sync_test.act_as('owner');
select ok((current_setting('sync_test.detail')::jsonb ->> 'retry_after_seconds')::integer between 25 and 30
  and current_setting('sync_test.detail')::jsonb ? 'retry_at', 'the error says when the next one may come');
update sync_scheduler.connection_checks set ended_at = clock_timestamp(), requested_at = clock_timestamp() - interval '5 seconds';
select throws_ok($$ select pg_temp.check_as('admin') $$, 'PT429', 'rate_limited', 'and not more often than every 10 s');
select sync_test.act_as('owner');
update sync_scheduler.connection_checks set requested_at = clock_timestamp() - interval '10 seconds';
select lives_ok($$ select pg_temp.check_as('service_role') $$, 'after that the next, also for the service role');
select is((select count(*)::integer from sync_scheduler.connection_checks), 1, 'in the place of the last');

select pg_temp.age_check();
update sync_scheduler.settings set function_url = null;
select throws_ok($$ select pg_temp.check_as('admin') $$, 'PT503', 'function_url_not_configured', 'without a function there is no check');
select sync_test.act_as('admin');
select throws_ok($$ select public.test_integration_connection(sync_test.id('org a'), 'dynamics') $$, 'PT404',
  'integration_not_found', 'nor without an integration');

select * from finish();
rollback;
