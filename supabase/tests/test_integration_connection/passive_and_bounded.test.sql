-- A vendor that asked us to slow down is not asked by people's checks, and all checks have a limit.
begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
select plan(15);
create function pg_temp.asks(who text) returns text language plpgsql as $$
declare
  detail jsonb;
begin
  perform pg_temp.age_check();
  perform pg_temp.check_as(who);
  return 'asked';
exception when sqlstate 'PT429' then
  get stacked diagnostics detail = pg_exception_detail;
  perform sync_test.act_as('owner');
  return concat_ws(' ', detail ->> 'limit', extract(epoch from (detail ->> 'retry_at')::timestamptz - now())::integer);
end
$$;
create function pg_temp.requests() returns integer language sql as $$
  select count(*)::integer from net.http_request_queue
$$;

update public.sync_integration_health set passive_since = now() - interval '1 hour', next_check_at = now() + interval '1000 seconds'
where integration_id = sync_test.id('integration a');
select is(pg_temp.asks('coordinator'), 'vendor 1000', 'a coordinator''s check is refused until the vendor is asked again');
select is(pg_temp.asks('admin'), 'vendor 1000', 'an admin''s, too');
select is(pg_temp.asks('service_role'), 'vendor 1000', 'and one that a backend asks for');
select is(pg_temp.requests(), 0, 'nothing was posted');
update public.sync_integration_health set next_check_at = null where integration_id = sync_test.id('integration a');
select is(pg_temp.asks('coordinator'), 'vendor 82800', 'without a next check it is the cool-down that counts');

select sync_test.act_as('admin');
select public.set_integration_credentials(sync_test.id('org a'), 'webhook', '{"token": "another"}');
select sync_test.act_as('owner');
select is((select sync_scheduler.read_connection(sync_test.id('integration a')) -> 'credentials'),
  '{"token": "another"}', 'credentials are stored meanwhile');
select is(pg_temp.requests(), 0, 'and the vendor is not asked about them');
update public.sync_integration_health set next_check_at = now() where integration_id = sync_test.id('integration a');
select is(pg_temp.asks('coordinator'), 'asked', 'once its time has come a person may ask as well');

update sync_scheduler.settings set presses_per_hour = 3;
update public.sync_integration_health set passive_since = null;
select is(pg_temp.asks('admin'), 'asked', 'checks are bounded');
select is(pg_temp.asks('coordinator'), 'asked', 'for all people of the organisation together');
select is(pg_temp.asks('admin'), 'changes_per_hour 3600', 'within an hour');
select is(pg_temp.asks('service_role'), 'asked', 'a backend is not bounded');
select is((select count(*)::integer from public.sync_audit_log where action = 'test_connection' and actor_id is not null), 3, 'it uses up nothing');
update public.sync_audit_log set created_at = now() - interval '1 hour' where action = 'test_connection';
select is(pg_temp.asks('admin'), 'asked', 'after an hour, exactly, there is room again');
select is(pg_temp.requests(), 5, 'nothing was posted beyond that');

select * from finish();
rollback;
