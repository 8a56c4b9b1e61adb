begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
\ir ../vendor_incident.psql
select plan(15);

-- The five share the host of their type: only such a host can have an incident.
update public.sync_integration_types set host = 'hooks.example:8443' where code = 'webhook';
create temporary table run (n integer, run_id uuid);
grant select on run to service_role;
insert into run select 1, (pg_temp.press(1)).run_id;
select pg_temp.nobody_answers(2, 3);
select pg_temp.run_ends(run_id, 'failed', 'ambiguous', 'vendor') from run where n = 1;
select is(pg_temp.incidents(), 'hooks.example:8443 3 open', 'a run that meets it counts like a check');
select is(pg_temp.run_state(run_id), 'pending 2', 'a run that meets it is retried as usual') from run where n = 1;
select is((select f.burnt from public.sync_run_log r, sync_scheduler.count_failures(r) f where r.run_id = run.run_id), 1, 'and an attempt is burnt')
from run where n = 1;
select is((select r.deadline_at from public.sync_run_log r where r.run_id = run.run_id), now() + interval '6 hours', 'its deadline stays')
from run where n = 1;

insert into run select n, (pg_temp.press(n)).run_id from unnest(array[4, 6]) n;
select is(pg_temp.run_state(run_id), 'pending 1 vendor_incident', 'a press is posted at once and says what is known') from run where n = 4;
select is((select count(*)::integer from sync_scheduler.run_attempts a where a.run_id = run.run_id), 1, 'its first attempt exists') from run where n = 4;
select is(pg_temp.run_state(run_id), 'pending 1', 'a run on another host has no such word') from run where n = 6;

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
select is(pg_temp.why_refused(4), 'vendor_incident', 'a second press hears it, too');
select is(pg_temp.why_refused(6), null, 'but not on another host');

select pg_temp.run_ends(run_id, 'failed', 'transient', 'vendor'), sync_scheduler.recover_runs() from run where n = 4;
select pg_temp.run_ends(run_id, 'failed', 'transient', 'vendor') from run where n = 4;
select is(pg_temp.run_state(run_id), 'failed 2 vendor_incident', 'a run whose attempts are used up fails in an incident as at any time') from run where n = 4;

-- A slot.
update public.sync_integrations set schedule = '0 * * * *' where id = pg_temp.integration(2);
update public.sync_integrations set next_run_at = date_trunc('hour', now()) - interval '1 hour', next_tick_at = now() - interval '1 hour'
where id = pg_temp.integration(2);
select sync_scheduler.start_due_runs(), sync_scheduler.start_due_runs();
select is((select string_agg(pg_temp.run_state(r.run_id), ', ') from public.sync_run_log r
  where r.integration_id = pg_temp.integration(2) and r.status = 'pending'), 'pending 1', 'a slot starts');

-- A run that gets through, or a slice of it, ends the incident. (All of this is one transaction, at one instant.)
update public.sync_vendor_incidents set began_at = now() - interval '1 hour';
select pg_temp.run_ends(r.run_id, 'succeeded') from public.sync_run_log r
where r.integration_id = pg_temp.integration(2) and r.status = 'pending';
select is(pg_temp.incidents(), 'hooks.example:8443 4 ended', 'a run that gets through ends it');
select is(pg_temp.incident_alerts(), 'critical 1 resolved', 'and its alert');
insert into run select 7, (pg_temp.press(5)).run_id;
select is(pg_temp.run_state(run_id), 'pending 1', 'a press after it has no word of it') from run where n = 7;
update public.sync_vendor_incidents set ended_at = null, began_at = now() - interval '1 hour';
insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
  select pg_temp.integration(5), 'slice ' || n, '2026-10', 'B-1', '{}' from generate_series(1, 2) n;
select sync_test.claim(run_id) from run where n = 7;
create temporary table batch as
  select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 1) as batch from run where n = 7;
select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (batch ->> 'batch_id')::uuid, sync_test.results(batch, 'exported'))
from run, batch where n = 7;
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'continued') from run where n = 7;
select is(pg_temp.incidents() || ', ' || pg_temp.run_state(run_id), 'hooks.example:8443 4 ended, pending 2', 'so does a slice that got on')
from run where n = 7;

select * from finish();
rollback;
