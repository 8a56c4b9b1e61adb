begin;
\ir ../fixtures.psql
select plan(6);

create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
grant select on run to public;

select sync_test.act_as('admin');
select throws_ok(
  $$ select public.trigger_integration_sync(sync_test.id('org a'), 'webhook') $$,
  'PT409', 'sync_already_in_progress', 'a second press finds the first run');
do $$
declare
  details text;
begin
  perform public.trigger_integration_sync(sync_test.id('org a'), 'webhook');
exception when sqlstate 'PT409' then
  get stacked diagnostics details = pg_exception_detail;
  perform set_config('sync_test.details', details, true);
end
$$;
select is(
  current_setting('sync_test.details')::jsonb,
  (select jsonb_build_object('run_id', run_id, 'status', 'pending', 'started_at', null, 'triggered_by', 'manual')
   from run),
  'the details name the active run');

select sync_test.act_as('outsider');
select lives_ok(
  $$ select public.trigger_integration_sync(sync_test.id('org b'), 'webhook') $$,
  'another organisation''s integration is not held up');

select sync_test.act_as('owner');
select throws_ok(
  $$ insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, deadline_at)
     select org_id, integration_id, integration_type, 'api', deadline_at from public.sync_run_log
     where org_id = sync_test.id('org a') $$,
  '23505', null, 'the table itself allows no second active run');
select is(
  (select (sync_scheduler.start_run(i, 'api')).run_id from public.sync_integrations i
   where i.id = sync_test.id('integration a')), null,
  'start_run returns no run next to an active one');
select is((select count(*)::int from net.http_request_queue where url like 'http://127.0.0.1:9/%'), 2,
  'only the two runs were dispatched');

select * from finish();
rollback;
