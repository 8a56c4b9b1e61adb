begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
\ir ../vendor_incident.psql
select plan(34);

create temporary table run (n integer, run_id uuid);
grant select on run to service_role;
insert into run select 1, (pg_temp.press(1)).run_id;
select pg_temp.nobody_answers(2, 3);
select is(pg_temp.incidents(), 'none', 'not yet');
select pg_temp.run_ends(run_id, 'failed', 'ambiguous', 'webhook_outcome_unknown') from run where n = 1;
select is(pg_temp.incidents(), 'hooks.example:8443 3 open', 'a run that meets it counts like a check');
select is(pg_temp.run_state(run_id), 'pending 2 held_vendor_incident later', 'and waits') from run where n = 1;
select is((select f.burnt from public.sync_run_log r, sync_scheduler.count_failures(r) f where r.run_id = run.run_id), 0, 'without an attempt burnt')
from run where n = 1;

insert into run select n, (pg_temp.press(n)).run_id from unnest(array[4, 5, 6]) n;
select is(pg_temp.run_state(run_id), 'pending 1 held_vendor_incident later', 'a press waits, too') from run where n = 4;
select is((select count(*)::integer from sync_scheduler.run_attempts a where a.run_id = run.run_id), 0, 'nothing is posted') from run where n = 4;
select is(pg_temp.run_state(run_id), 'pending 1', 'a run on another host goes') from run where n = 6;
select is((select r.notice from pg_temp.press(3) r), 'held_vendor_incident', 'who presses is told');
select throws_ok('select pg_temp.press(3)', 'PT409', 'sync_already_in_progress', 'once');
select sync_test.act_as('owner');
create function pg_temp.why_refused(n integer) returns text language plpgsql as $$
declare
  detail text;
begin
  perform pg_temp.press(n);
exception when sqlstate 'PT409' then
  get stacked diagnostics detail = pg_exception_detail;
  return detail::jsonb ->> 'notice';
end
$$;
select is(pg_temp.why_refused(3), 'held_vendor_incident', 'with what that run waits for');
select is(pg_temp.why_refused(6), null, 'of which one that has been posted says nothing');

-- What has been posted is not called back.
update public.sync_vendor_incidents set ended_at = now();
create temporary table posted as select (pg_temp.press(2)).run_id;
update public.sync_vendor_incidents set ended_at = null;
update sync_scheduler.run_attempts set lease_expires_at = now() where run_id in (select run_id from posted);
select sync_scheduler.recover_run(run_id) from posted;
select is((select a.dispatch_count from sync_scheduler.run_attempts a join posted using (run_id)), 2, 'a lost request is posted again');
select is(pg_temp.run_state(run_id), 'pending 1', 'and its run is not held') from posted;
delete from public.sync_run_log where run_id in (select run_id from posted);

-- A slot, which is not late but waits.
update public.sync_integrations set schedule = '0 * * * *' where id = pg_temp.integration(2);
update public.sync_integrations set next_run_at = date_trunc('hour', now()) - interval '1 hour', next_tick_at = now() - interval '1 hour'
where id = pg_temp.integration(2);
select sync_scheduler.start_due_runs(), sync_scheduler.start_due_runs();
select sync_scheduler.watch_drift();
select is((select string_agg(pg_temp.run_state(r.run_id), ', ') from public.sync_run_log r
  where r.integration_id = pg_temp.integration(2) and r.status = 'pending'), 'pending 1 held_vendor_incident later', 'a slot waits');
select is((select count(*)::integer from public.sync_alerts a where a.kind = 'drift' and a.integration_id = pg_temp.integration(2)), 0,
  'which is no drift');
select sync_test.act_as('service_role');
select results_eq($$ select e.state, e.reason from public.explain_sync_slots(pg_temp.org(2), 'webhook', now() - interval '3 hours', now()) e
  where e.run_id is not null and e.state = 'pending' $$, $$ values ('pending', 'held_vendor_incident') $$, 'and which says why');
select sync_test.act_as('owner');

-- Still away.
update public.sync_run_log set next_attempt_at = now(), deadline_at = deadline_at - (next_attempt_at - now())
where run_id = (select run_id from run where n = 4);
select sync_scheduler.recover_runs();
select is(pg_temp.run_state(run_id), 'pending 1 held_vendor_incident later', 'it waits on, and stays the same attempt') from run where n = 4;
select ok((select r.deadline_at - r.next_attempt_at between interval '5 hours 59 minutes' and interval '6 hours 1 minute'
  from public.sync_run_log r where r.run_id = run.run_id), 'its time is not counted') from run where n = 4;

update public.sync_run_log set next_attempt_at = now() - interval '4 minutes', deadline_at = now() + interval '1 minute'
where run_id = (select run_id from run where n = 4);
select sync_scheduler.recover_runs();
select ok((select r.deadline_at - r.next_attempt_at = interval '5 minutes' from public.sync_run_log r where r.run_id = run.run_id),
  'also when nobody came for it in time') from run where n = 4;
update public.sync_run_log set deadline_at = next_attempt_at + interval '6 hours' where run_id = (select run_id from run where n = 4);

select sync_test.act_as('service_role');
select is((public.cancel_integration_sync(run_id)).status::text, 'cancelled', 'one that waits can be cancelled') from run where n = 5;
select sync_test.act_as('owner');

-- Back.
select pg_temp.check_ends(2, 'reached');
select is(pg_temp.incidents(), 'hooks.example:8443 3 ended', 'it is back');
select results_eq($$ select extract(epoch from next_attempt_at - now())::integer from public.sync_run_log
    where notice is not null and status = 'pending' order by next_attempt_at $$,
  $$ values (1), (2), (3), (4) $$, 'all are released, one after another');
select ok((select r.deadline_at - r.next_attempt_at between interval '5 hours 59 minutes' and interval '6 hours 1 minute'
  from public.sync_run_log r where r.run_id = run.run_id), 'with the time that they had') from run where n = 4;
update public.sync_run_log set next_attempt_at = now() where status = 'pending' and next_attempt_at is not null;
select sync_scheduler.recover_runs();
select is(pg_temp.run_state(run_id), 'pending 1 held_vendor_incident', 'and go') from run where n = 4;
select pg_temp.run_ends(run_id, 'succeeded') from run where n = 4;
select is(pg_temp.run_state(run_id), 'succeeded 1 held_vendor_incident', 'nothing failed; that it waited is known') from run where n = 4;
select sync_test.claim(r.run_id) from public.sync_run_log r where r.integration_id = pg_temp.integration(2) and r.status = 'pending';
select is((select count(*)::integer from public.sync_alerts a where a.kind = 'drift' and a.integration_id = pg_temp.integration(2)), 0,
  'one that begins so late raises no drift either');

-- A run may find out itself, where nobody is checked.
delete from public.sync_run_log;
update public.sync_vendor_incidents set ended_at = null, began_at = now() - interval '1 hour';
delete from run;
insert into run select n, (pg_temp.press(n)).run_id from unnest(array[4, 5]) n;
update public.sync_vendor_incidents set next_check_at = now() - interval '6 minutes';
update public.sync_run_log set next_attempt_at = now();
select sync_scheduler.recover_runs();
select is((select count(*)::integer from public.sync_run_log r where r.next_attempt_at is null), 1, 'when nobody else has asked, one run does');
select pg_temp.run_ends(r.run_id, 'succeeded') from public.sync_run_log r where r.next_attempt_at is null;
select is(pg_temp.incidents(), 'hooks.example:8443 3 ended', 'a run that gets through ends it');
select is((select count(*)::integer from public.sync_run_log r where r.next_attempt_at <= now() + interval '1 second'), 1, 'and releases the others');

-- So does a slice, also of a run that has more to do.
delete from public.sync_run_log;
delete from run;
insert into run select 4, (pg_temp.press(4)).run_id;
update public.sync_vendor_incidents set ended_at = null, began_at = now() - interval '1 hour';
insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
  select pg_temp.integration(4), 'slice ' || n, '2026-10', 'B-1', '{}' from generate_series(1, 2) n;
select sync_test.claim(run_id) from run;
create temporary table batch as select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 1) as batch from run;
select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (batch ->> 'batch_id')::uuid, sync_test.results(batch, 'exported'))
from run, batch;
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'continued') from run;
select is(pg_temp.incidents() || ', ' || pg_temp.run_state(run_id), 'hooks.example:8443 3 ended, pending 2', 'a slice that got on ends it, too, and the run goes on')
from run;

-- It does not wait for ever.
delete from public.sync_run_log;
update public.sync_vendor_incidents set ended_at = null, next_check_at = now() + interval '5 minutes';
insert into run select 7, (pg_temp.press(5)).run_id;
update public.sync_run_log set triggered_at = now() - interval '24 hours', next_attempt_at = now();
select sync_scheduler.recover_runs();
select is(pg_temp.run_state(run_id), 'pending 1 held_vendor_incident', 'after a day it goes') from run where n = 7;
select pg_temp.run_ends(run_id, 'failed', 'transient') from run where n = 7;
select sync_scheduler.recover_runs();
select pg_temp.run_ends(run_id, 'failed', 'transient') from run where n = 7;
select is(pg_temp.run_state(run_id), 'failed 2', 'and fails like another') from run where n = 7;

-- One that has waited and is told by the vendor to slow down waits for that, whatever incident ends meanwhile.
insert into run select 8, (pg_temp.press(5)).run_id;
select is(pg_temp.run_state(run_id), 'pending 1 held_vendor_incident later', 'the next one is held') from run where n = 8;
update public.sync_vendor_incidents set ended_at = now();
update public.sync_run_log set next_attempt_at = now() where run_id = (select run_id from run where n = 8);
select sync_scheduler.recover_runs();
select sync_test.claim(run_id) from run where n = 8;
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'failed', 'rate_limited', 'webhook_rate_limited', 'In words.', 3600)
from run where n = 8;
create temporary table told as select r.next_attempt_at, r.deadline_at from public.sync_run_log r join run using (run_id) where run.n = 8;
update public.sync_vendor_incidents set ended_at = null, began_at = now() - interval '1 minute';
select sync_scheduler.end_incident('webhook', 'hooks.example:8443', now());
select results_eq($$ select r.next_attempt_at, r.deadline_at from public.sync_run_log r join run using (run_id) where run.n = 8 $$,
  'select * from told', 'a run that waits for its own quota is not released by the end of an incident');

select * from finish();
rollback;
