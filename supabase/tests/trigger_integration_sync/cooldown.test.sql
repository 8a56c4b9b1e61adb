begin;
\ir ../fixtures.psql
update sync_scheduler.settings set least_cooldown = '1 minute';
update public.sync_integrations set manual_cooldown = '5 minutes';
select plan(11);

create function pg_temp.end_run(age interval) returns void language sql as $$
  delete from public.sync_run_log;
  insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by,
    triggered_by_user_id, triggered_at, deadline_at, finished_at)
  values (sync_test.id('org a'), sync_test.id('integration a'), 'webhook', 'failed', 'manual',
    sync_test.id('admin'), now() - age, now(), now());
$$;
create function pg_temp.details() returns jsonb language plpgsql as $$
declare
  details text;
begin
  perform public.trigger_integration_sync(sync_test.id('org a'), 'webhook');
  return null;
exception when sqlstate 'PT429' then
  get stacked diagnostics details = pg_exception_detail;
  return details::jsonb;
end
$$;
prepare press as select public.trigger_integration_sync(sync_test.id('org a'), 'webhook');

select pg_temp.end_run('4 minutes 59.5 seconds');
select sync_test.act_as('coordinator');
select throws_ok('press', 'PT429', 'rate_limited', 'half a second before five minutes is too early, also after a failure');
select is(pg_temp.details(), jsonb_build_object('retry_after_seconds', 1, 'retry_at', now() + interval '0.5 seconds', 'limit', 'cooldown'),
  'the seconds left are rounded up');

select sync_test.act_as('service_role');
select is(
  (select triggered_by::text from public.trigger_integration_sync(sync_test.id('org a'), 'webhook')), 'api',
  'the service role is not held to the cooldown');

select sync_test.act_as('owner');
select pg_temp.end_run('5 minutes');
select sync_test.act_as('coordinator');
select lives_ok('press', 'exactly five minutes is late enough');

select sync_test.act_as('owner');
select pg_temp.end_run('1 minute');
update public.sync_integrations set manual_cooldown = '1 minute';
select sync_test.act_as('coordinator');
select lives_ok('press', 'the integration''s own cooldown counts');

select sync_test.act_as('owner');
select pg_temp.end_run('59.5 seconds');
update public.sync_integrations set manual_cooldown = '0 seconds';
select is((select cooldown_until from public.sync_overview(sync_test.id('org a'))), now() + interval '0.5 seconds', 'the overview says so');
select sync_test.act_as('coordinator');
select throws_ok('press', 'PT429', 'rate_limited', 'a stored cooldown below the installation''s least one counts as that');
select sync_test.act_as('owner');
update public.sync_integrations set manual_cooldown = '-12 months 360 days 2 minutes';
select pg_temp.end_run('59.5 seconds');
select sync_test.act_as('coordinator');
select throws_ok('press', 'PT429', 'rate_limited', 'also one of months, which compares as two minutes and is less than none');
select sync_test.act_as('owner');
select pg_temp.end_run('1 minute');
select sync_test.act_as('coordinator');
select lives_ok('press', 'a minute is late enough then');

create function pg_temp.end_run_of(started_by public.sync_run_trigger) returns void language plpgsql as $$
begin
  perform sync_test.act_as('owner');
  delete from public.sync_run_log;
  insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, scheduled_for, deadline_at, finished_at)
  values (sync_test.id('org a'), sync_test.id('integration a'), 'webhook', 'succeeded', started_by,
    case started_by when 'schedule' then now() end, now(), now());
end
$$;
select pg_temp.end_run_of('api'), sync_test.act_as('coordinator');
select lives_ok('press', 'a run that a program started starts no cooldown');
select pg_temp.end_run_of('schedule') from sync_test.act_as('owner');
select sync_test.act_as('coordinator');
select lives_ok('press', 'a scheduled run starts no cooldown');

select * from finish();
rollback;
