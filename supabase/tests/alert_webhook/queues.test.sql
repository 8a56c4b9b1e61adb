begin;
\ir ../fixtures.psql
\ir ../alert_webhook.psql
select plan(14);
create function pg_temp.read() returns void language sql as $$ update sync_scheduler.alert_messages set delivered_at = now() $$;

select pg_temp.alert('drift');
select is(count(*)::integer, 0, 'without a webhook nothing is queued') from sync_scheduler.alert_messages;
select pg_temp.connect();
select pg_temp.read();
select pg_temp.alert('drift');
select is(pg_temp.waiting(), null, 'a repeated alert sends no message');
select pg_temp.alert('drift', 'critical');
select is(pg_temp.waiting(), 'alert.escalated drift', 'unless it has become more severe');
select pg_temp.read();
select pg_temp.alert('run_failed', 'info');
select pg_temp.alert('drift', 'warning', 'integration b');
select sync_scheduler.resolve_alerts(sync_test.id('integration a'), '{drift}');
select is(pg_temp.waiting(), 'alert.raised run_failed, alert.resolved drift', 'a new alert is posted, and a resolved one; none of another organisation');
select results_eq($$ select body ->> 'text', body #>> '{data,message}', (body ->> 'timestamp')::timestamptz, body -> 'data' ? 'dedup_key'
  from sync_scheduler.alert_messages where delivered_at is null order by number $$,
  $$ values ('[info] Webhook: Run_Failed &lt;!channel&gt;.', 'Run_Failed <!channel>.', now(), false),
    ('[resolved] Webhook: Drift &lt;!channel&gt;.', 'Drift <!channel>.', now(), false) $$, 'in words without mentions, and with the alert itself');

select pg_temp.configure('{"kinds": ["start_failed"], "min_severity": "warning"}');
select pg_temp.read();
select pg_temp.alert('lost_worker');
select pg_temp.alert('start_failed', 'info');
select is(pg_temp.waiting(), null, 'other kinds, and less severe ones, are not posted');
select pg_temp.alert('start_failed', 'warning');
select is(pg_temp.waiting(), 'alert.escalated start_failed', 'once severe enough they are');

select pg_temp.configure('{"kinds": null, "min_severity": "info"}');
select pg_temp.read();
select sync_scheduler.raise_alert(sync_test.vendor('xledger'), 'vendor_incident', 'critical', now(), 'Down.');
select is(pg_temp.waiting(), null, 'a vendor that the organisation does not use is no news');
select sync_scheduler.raise_alert(sync_test.vendor('webhook'), 'vendor_incident', 'critical', now(), 'Down.');
select sync_scheduler.raise_alert(null, 'scheduler_dead', 'critical', now(), 'Dead.');
update public.sync_alerts set resolved_at = now() where kind = 'vendor_incident' and integration_type = 'webhook';
select is(pg_temp.waiting(), 'alert.raised vendor_incident, alert.raised scheduler_dead, alert.resolved vendor_incident', 'one that it uses is');

select pg_temp.read();
delete from public.sync_alerts where kind = 'lost_worker';
update public.sync_integrations set manual_cooldown = '0 seconds';
create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
select sync_test.claim(run_id) from run;
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'succeeded') from run;
select is(pg_temp.waiting(), 'alert.resolved run_failed', 'a run that ends is posted only where it was asked for');
select pg_temp.configure('{"finished_runs": true}');
select pg_temp.read();
truncate run;
insert into run select sync_test.trigger_as('coordinator', 'key');
select sync_test.claim(run_id) from run;
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'failed', 'permanent', 'refused', 'The token was refused.') from run;
select is(pg_temp.waiting(), 'alert.raised run_failed, run.finished', 'then with each end');
select results_eq($$ select body ->> 'text', (body #>> '{data,run_id}')::uuid, body -> 'data' ? 'idempotency_key' from sync_scheduler.alert_messages
  where body ->> 'type' = 'run.finished' $$, $$ select '[failed] Webhook: 0 of 10 entries exported. The token was refused.', run_id, false from run $$,
  'in words, and with the run');

savepoint before;
select sync_scheduler.resolve_alerts(sync_test.id('integration a'), '{needs_attention}');
rollback to before;
select is(pg_temp.waiting(), 'alert.raised run_failed, run.finished', 'what is rolled back is not posted');

-- A run of more entries than are counted.
truncate run;
insert into run select sync_test.trigger_as('coordinator', 'many');
select sync_test.claim(run_id) from run;
update public.sync_run_log r set entries_total = 10001 from run where r.run_id = run.run_id;
select pg_temp.read();
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'failed', 'permanent', 'refused', 'The token was refused.') from run;
select is(body ->> 'text', '[failed] Webhook: 0 of at least 10001 entries exported. The token was refused.', 'a lower bound is called that')
from sync_scheduler.alert_messages where body ->> 'type' = 'run.finished' and delivered_at is null;

select * from finish();
rollback;
