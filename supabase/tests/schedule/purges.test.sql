begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(6);
delete from public.sync_audit_log;
delete from cron.job_run_details;

insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, deadline_at, finished_at, skip_reason, scheduled_for)
select sync_test.id('org a'), sync_test.id('integration a'), 'webhook', status, case when status = 'skipped' then 'schedule' else 'api' end::public.sync_run_trigger,
  now(), now() - make_interval(days => age), case when status = 'skipped' then 'missed'::public.sync_skip_reason end,
  case when status = 'skipped' then now() - make_interval(days => age) end
from unnest(array['succeeded', 'failed', 'cancelled', 'skipped']::public.sync_run_status[]) status, unnest(array[89, 91, 366]) age;
insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, lease_expires_at)
select run_id, 1, '', now() from public.sync_run_log;
insert into sync_scheduler.ticks (ticked_at) select now() - make_interval(days => age) from unnest(array[6, 8]) age;
-- Of the missed slots.
delete from public.sync_alerts;
insert into public.sync_alerts (org_id, kind, severity, dedup_key, message, first_seen_at)
select sync_test.id('org a'), 'drift', 'info', age, '', now() - make_interval(days => age) from unnest(array[364, 366]) age;
insert into public.sync_audit_log (org_id, integration_id, action, created_at)
select sync_test.id('org a'), sync_test.id('integration a'), 'pause', now() - make_interval(days => age) from unnest(array[364, 366]) age;
insert into cron.job_run_details (jobid, runid, end_time)
select j.jobid, age, now() - make_interval(days => age) from cron.job j, unnest(array[6, 8]) age where j.jobname = 'sync-scheduler-tick'
union all select -1, 100, now() - interval '8 days';
update public.sync_export_entries set run_id = (
  select run_id from public.sync_run_log where status = 'failed' and finished_at < now() - interval '365 days') where entry_key = 'entry 01';

alter function sync_scheduler.is_out_of_time() rename to is_out_of_time_away;
create function sync_scheduler.is_out_of_time() returns boolean language sql as 'select true';
select is(sync_scheduler.purge(1), 4, 'out of time, a call ends after a batch of each kind');
drop function sync_scheduler.is_out_of_time();
alter function sync_scheduler.is_out_of_time_away() rename to is_out_of_time;
select sync_scheduler.purge(1) from generate_series(1, 10);
select results_eq($$ select status::text, count(*)::integer, (extract(epoch from now() - min(finished_at)) / 86400)::integer from public.sync_run_log group by 1 order by 1 $$,
  $$ values ('cancelled', 1, 89), ('failed', 2, 91), ('skipped', 1, 89), ('succeeded', 1, 89) $$,
  'ended runs stay for 90 days, failed ones for 365');
select is((select count(*)::integer from sync_scheduler.run_attempts), 5, 'their attempts with them');
select is((select count(*)::integer from sync_scheduler.ticks) + (select count(*)::integer from public.sync_alerts)
  + (select count(*)::integer from public.sync_audit_log), 3, 'ticks, alerts and the audit log have their time');
select results_eq($$ select runid::integer from cron.job_run_details order by 1 $$, $$ values (6), (100) $$,
  'of pg_cron''s records only our own go');
select is((select count(*)::integer from public.sync_export_entries where integration_id = sync_test.id('integration a')), 10,
  'entries stay');

select * from finish();
rollback;
