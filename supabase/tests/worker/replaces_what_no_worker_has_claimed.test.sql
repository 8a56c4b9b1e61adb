-- What a dispatch may replace, and which answer belongs to it.
begin;
\ir ../fixtures.psql
select plan(6);

create temporary table run as select run_id from (select sync_test.trigger_as('service_role') as run_id) r;
create temporary table other as select run_id from sync_scheduler.start_run(
  (select i from public.sync_integrations i where i.id = sync_test.id('integration b')), 'api');
create function pg_temp.dispatch() returns text language plpgsql as $$
declare
  before sync_scheduler.run_attempts := (select a from sync_scheduler.run_attempts a join run using (run_id));
  after sync_scheduler.run_attempts;
begin
  perform sync_scheduler.post_attempt(r, again => true) from public.sync_run_log r join run using (run_id);
  select a.* into after from sync_scheduler.run_attempts a join run using (run_id);
  return case when after = before then 'untouched' else concat_ws(' ', after.dispatch_count, after.token_hash <> before.token_hash, after.lease_expires_at - now()) end;
end
$$;
select is(pg_temp.dispatch(), '2 t 00:01:00', 'replaces the token of an attempt that no worker has claimed, and waits twice as long');
select is(pg_temp.dispatch(), '3 t 00:02:00', 'and twice as long again');
savepoint unclaimed;
select sync_test.claim(run_id) from run;
select is(pg_temp.dispatch(), 'untouched', 'takes the token from no worker that has claimed');
rollback to unclaimed;
update sync_scheduler.run_attempts a set ended_at = now(), outcome = 'undelivered' from run where a.run_id = run.run_id;
select is(pg_temp.dispatch(), 'untouched', 'posts no attempt that has ended');
rollback to unclaimed;

-- pg_net starts its numbers again after a crash: an older answer with the same number belongs to another request.
create function pg_temp.answer(at interval) returns void language sql as $$
  insert into net._http_response (id, status_code, error_msg, created)
  select a.request_id, 500, repeat('x', 501), a.dispatched_at + at from sync_scheduler.run_attempts a join run using (run_id);
  update sync_scheduler.run_attempts a set lease_expires_at = now(), dispatch_count = 1 from run where a.run_id = run.run_id;
  select sync_scheduler.recover_run(run_id) from run;
$$;
select pg_temp.answer('-1 ms');
select is((select response_status from sync_scheduler.run_attempts join run using (run_id)), null, 'notes no answer that is older than the dispatch');
select pg_temp.answer('0');
select results_eq('select response_status, length(response_error) from sync_scheduler.run_attempts order by response_status nulls last',
  $$ values (500, 500), (null, null) $$, 'notes one that is as young, of this attempt alone');

select * from finish();
rollback;
