begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
select plan(22);

update public.sync_integrations set manual_cooldown = '0 seconds', retry_base = '1 hour';
create temporary table run (run_id uuid);
create temporary table seen as select * from public.sync_integration_health;
-- A run that exports so many entries and then ends like that.
create function pg_temp.run(outcome text, class text default null, entries integer default 1) returns text
language plpgsql as $$
declare
  of_run uuid := sync_test.trigger_as('coordinator');
  batch jsonb;
begin
  perform sync_test.claim(of_run);
  if entries > 0 then
    batch := public.sync_worker_reserve_entries(of_run, 1, sync_test.token(of_run), entries);
    perform public.sync_worker_record_results(of_run, 1, sync_test.token(of_run), (batch ->> 'batch_id')::uuid,
      sync_test.results(batch, 'exported'));
  end if;
  -- Long ago: a refusal within an hour of a success may pass by itself, see refusals/.
  update public.sync_integration_health set last_success_at = null where class = 'permanent';
  perform public.sync_worker_finish(of_run, 1, sync_test.token(of_run), outcome, class,
    case when class is not null then 'token_refused' end, case when class is not null then 'The token was refused.' end);
  delete from public.sync_run_log where finished_at is null;
  truncate run;
  insert into run values (of_run);
  return pg_temp.health();
end
$$;
create function pg_temp.failures() returns text language sql as $$
  select format('%s alerts, %s open, %s times', count(*), count(*) filter (where a.resolved_at is null), sum(a.count))
  from public.sync_alerts a where a.kind = 'run_failed'
$$;
-- Another statement's row is another version, so unchanged means not written.
create function pg_temp.version() returns text language sql as $$
  select ctid::text from public.sync_integration_health where integration_id = sync_test.id('integration a')
$$;

select is(pg_temp.health(), 'unknown', 'an integration has its row from the start');
select is(pg_temp.run('succeeded', entries => 0), 'unknown', 'a run that had nothing to export proves nothing');
select is(pg_temp.run('failed', 'transient'), 'unknown', 'a failure that may pass is no news');
select is(pg_temp.run('succeeded'), 'healthy', 'one that exported something does');
truncate seen;
insert into seen select * from public.sync_integration_health;
create temporary table written as select pg_temp.version() as version;
select is(pg_temp.run('succeeded'), 'healthy', 'and again');
select is(pg_temp.version(), (select version from written), 'without a write');

select is(pg_temp.run('failed', 'permanent'), 'needs_attention token_refused The token was refused.',
  'a permanent failure needs attention, in the run''s words');
update sync_scheduler.run_attempts set ended_at = ended_at - interval '1 second' where outcome = 'succeeded';
select is(split_part(pg_temp.health(), ' ', 1), 'needs_attention', 'an old success that an operator corrects is none of now');
select is((select r.status::text || ' ' || r.attempt from public.sync_run_log r join run using (run_id)), 'failed 1',
  'the run is not retried');
select results_eq($$ select a.kind::text, a.severity::text, a.run_id, a.message, a.details ->> 'error_code' from public.sync_alerts a $$,
  $$ select 'run_failed', 'critical', run_id, 'A sync failed. The token was refused.', 'token_refused' from run $$,
  'and one alert says so');
select ok((select h.since > s.since from public.sync_integration_health h join seen s using (integration_id)
  where integration_id = sync_test.id('integration a')), 'it is known since when');
truncate seen;
insert into seen select * from public.sync_integration_health;
select is(pg_temp.run('failed', 'permanent'), 'needs_attention token_refused The token was refused.', 'the next slot fails too');
select results_eq('select status, since from public.sync_integration_health order by integration_id',
  'select status, since from seen order by integration_id', 'which changes nothing');
select is(pg_temp.failures(), '1 alerts, 1 open, 2 times', 'and counts the alert up');

select is(pg_temp.run('succeeded'), 'healthy', 'a run that exports something does');
select is(pg_temp.failures(), '1 alerts, 0 open, 2 times', 'and resolves the alert');
select pg_temp.run('failed', 'permanent', entries => 0);
select is(pg_temp.failures(), '2 alerts, 1 open, 3 times', 'when it begins again, it is raised again');

select pg_temp.run('succeeded');
update public.sync_integration_health set last_success_at = null;
create temporary table cancelled as select sync_test.trigger_as('coordinator') as run_id;
select sync_test.claim(run_id) from cancelled;
select sync_test.act_as('coordinator');
select public.cancel_integration_sync((select run_id from public.sync_run_log where finished_at is null));
select sync_test.act_as('owner');
select is(public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'failed', 'permanent') ->> 'status', 'cancelled',
  'a run that a person cancels is cancelled') from cancelled;
select is(split_part(pg_temp.health(), ' ', 1), 'needs_attention', 'what it met is known all the same');
select is(pg_temp.failures(), '3 alerts, 1 open, 4 times', 'and raised');
select is(pg_temp.alerts(), '0 alerts, 0 open', 'no run raises the alert of the checks');

select pg_temp.run('succeeded');
update public.sync_integration_health set last_success_at = null;
create temporary table twice as select sync_test.trigger_as('coordinator') as run_id;
select sync_test.claim(run_id) from twice;
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'failed', 'transient', 'away', 'It is away.', blames => 'vendor') from twice;
update public.sync_run_log r set next_attempt_at = now() from twice where r.run_id = twice.run_id;
select sync_scheduler.recover_runs();
select sync_test.claim(run_id, 2) from twice;
select public.sync_worker_finish(run_id, 2, sync_test.token(run_id), 'failed', 'permanent', 'token_refused', 'The token was refused.',
  blames => 'configuration') from twice;
select is(pg_temp.health(), 'needs_attention token_refused The token was refused.', 'the last attempt of a run says how it is');

select * from finish();
rollback;
