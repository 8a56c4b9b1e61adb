-- The database cannot write down that it cannot write: the worker remembers, and says so as soon as it can.
begin;
\ir ../fixtures.psql
select plan(12);

create function pg_temp.claim(trouble jsonb) returns void language plpgsql as $$
declare
  run_id uuid;
begin
  delete from public.sync_run_log;
  run_id := sync_test.trigger_as('service_role');
  perform public.sync_worker_claim(run_id, 1, sync_test.token(run_id), sync_test.id('boot'), 25, false, 1, trouble);
end
$$;
create function pg_temp.raised() returns setof text language sql as $$
  select concat_ws(' ', a.severity, a.count, a.details ->> 'code', case when a.resolved_at is null then 'open' else 'resolved' end)
  from public.sync_alerts a where a.kind = 'database_not_writable' order by a.first_seen_at, a.alert_id
$$;

select pg_temp.claim(null);
select is_empty('select pg_temp.raised()', 'a claim without a report raises nothing');
select lives_ok($$ select pg_temp.claim('{"code": "database_full", "since": "yesterday in the evening"}') $$,
  'a report that cannot be read does not keep the run from starting');
select lives_ok($$ select pg_temp.claim('[]') $$, 'nor does one of another shape');
select pg_temp.claim('{"code": "rain"}');
select is_empty('select pg_temp.raised()', 'and none of them raises an alert');

select pg_temp.claim(jsonb_build_object('code', 'database_full', 'since', now() - interval '5 minutes', 'until', now() + interval '1 year'));
select results_eq('select pg_temp.raised()', array['critical 1 database_full open'], 'a full disk is critical');
select results_eq($$ select org_id, integration_type, (details ->> 'since')::timestamptz, (details ->> 'until')::timestamptz from public.sync_alerts
  where kind = 'database_not_writable' $$, $$ values (null::uuid, null::text, now() - interval '5 minutes', now()) $$,
  'it is of the whole installation, and no instant is in the future');
select matches(message, 'disk is full\. Free space', 'its message names the next step') from public.sync_alerts where kind = 'database_not_writable';
select sync_test.act_as('viewer');
select is((select count(*)::integer from public.sync_alerts where kind = 'database_not_writable'), 1, 'every member sees it');
select sync_test.act_as('owner');

-- An attempt that ended for it reports by its own end.
do $$
declare
  run_id uuid;
begin
  delete from public.sync_run_log;
  run_id := sync_test.trigger_as('service_role');
  perform sync_test.claim(run_id);
  perform public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'failed', 'transient', 'database_restarting', 'Restarting.');
end
$$;
select results_eq('select pg_temp.raised()', array['critical 2 database_restarting open'], 'the end of an attempt reports, too; it is one alert');
select results_eq($$ select status::text, error_code, error_message from public.sync_run_log $$,
  $$ values ('pending', 'database_restarting', 'Restarting.') $$, 'the run says so, and is tried again');

select sync_scheduler.resolve_silence();
select results_eq('select pg_temp.raised()', array['critical 2 database_restarting open'], 'a tick at once leaves it open');
update public.sync_alerts set last_seen_at = now() - interval '15 minutes' where kind = 'database_not_writable';
select sync_scheduler.tick();
select results_eq('select pg_temp.raised()', array['critical 2 database_restarting resolved'],
  'a quarter of an hour after the last report a tick resolves it');

select * from finish();
rollback;
