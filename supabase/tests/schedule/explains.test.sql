begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(13);

insert into public.sync_run_log (run_id, org_id, integration_id, integration_type, status, triggered_by, scheduled_for, skip_reason,
  started_at, deadline_at, finished_at, error_code, cancel_reason)
select md5('slot ' || ago)::uuid, sync_test.id('org a'), sync_test.id('integration a'), 'webhook', status, triggered_by, pg_temp.hour(ago),
  reason, pg_temp.hour(ago) + make_interval(secs => drift), now(), now(), error, cancel_reason
from (values
  (9, 'succeeded'::public.sync_run_status, 'schedule'::public.sync_run_trigger, null::public.sync_skip_reason, 2, null, null),
  (8, 'succeeded', 'schedule', null, 301, null, null),
  (7, 'skipped', 'schedule', 'paused', null, null, null),
  (6, 'failed', 'schedule', null, 1, 'vendor_down', null),
  (5, 'cancelled', 'schedule', null, null, null, 'Not today')
) past (ago, status, triggered_by, reason, drift, error, cancel_reason);
insert into public.sync_run_log (run_id, org_id, integration_id, integration_type, status, triggered_by, scheduled_for, skip_reason, deadline_at, finished_at)
values (md5('skipped first')::uuid, sync_test.id('org a'), sync_test.id('integration a'), 'webhook', 'skipped', 'schedule', pg_temp.hour(4), 'overlap', now(), now()),
  (md5('made up')::uuid, sync_test.id('org a'), sync_test.id('integration a'), 'webhook', 'succeeded', 'backfill', pg_temp.hour(4), null, now(), now());
insert into public.sync_run_log (run_id, org_id, integration_id, integration_type, status, triggered_by, triggered_by_user_id, parent_run_id,
  deadline_at, finished_at)
values (md5('retry')::uuid, sync_test.id('org a'), sync_test.id('integration a'), 'webhook', 'succeeded', 'manual', gen_random_uuid(),
  md5('slot 6')::uuid, now(), now());
insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
values (sync_test.id('integration a'), pg_temp.hour(3), 'backfill');
select pg_temp.make_due('integration a', pg_temp.hour(1));
insert into sync_scheduler.ticks default values;

create function pg_temp.explain(since integer, until integer)
returns table (ago integer, state text, reason text, drift numeric, run_id uuid, retried uuid) language sql as $$
  select (extract(epoch from pg_temp.hour() - e.scheduled_for) / 3600)::integer, e.state, e.reason, e.drift_seconds, e.run_id,
    e.retried_by_run_id
  from public.explain_sync_slots(sync_test.id('org a'), 'webhook', pg_temp.hour(since), pg_temp.hour(until)) e
$$;

select sync_test.act_as('viewer');
select results_eq($$ select ago, state, reason, drift from pg_temp.explain(9, -2) $$, $$ values
  (9, 'ran', null, 2.0),
  (8, 'late', null, 301),
  (7, 'skipped', 'paused', null),
  (6, 'failed', 'vendor_down', 1),
  (5, 'cancelled', 'Not today', null),
  (4, 'ran', 'backfill', null),
  (3, 'pending', 'waits_for_active_run', null),
  (1, 'pending', 'due', null),
  (0, 'pending', 'due', null),
  (-1, 'pending', 'not_due_yet', null) $$, 'each slot is a row that says what became of it, and why');
select is((select retried from pg_temp.explain(6, 5)), md5('retry')::uuid, 'a failed one names its retry');
select is((select e.run_id from pg_temp.explain(4, 3) e), md5('made up')::uuid, 'one that was made up for names that run');
select is((select count(*)::integer from pg_temp.explain(6, 4)), 2, 'from is included, to is not');

select sync_test.act_as('owner');
update sync_scheduler.ticks set ticked_at = now() - interval '1 hour';
select sync_test.act_as('viewer');
select is((select reason from pg_temp.explain(1, 0)), 'scheduler_not_ticking', 'a due slot says that the scheduler is silent');
select throws_ok($$ select pg_temp.explain(-1, 1) $$, 'PT422', 'invalid_period', 'a period that ends before it begins is refused');
select throws_ok(format($$ select public.explain_sync_slots(sync_test.id('org a'), 'webhook', %L, %L) $$, since, until),
    'PT422', 'invalid_period', format('so is one from %s to %s', since, until))
from (values ('294276-12-01', '294276-12-31 23:59:59Z'), ('4713-01-02 BC', '4713-01-03 BC'), ('4713-01-02 BC', '294276-12-31'),
  ('2026-11-01', '294276-12-31')) v (since, until);
select sync_test.act_as('outsider');
select throws_ok($$ select pg_temp.explain(1, 0) $$, 'PT403', 'not_authorized', 'a stranger learns nothing');

-- A backfill has failed, and a run is on its way to the function.
select sync_test.act_as('owner');
update public.sync_integrations set schedule = null where id = sync_test.id('integration a');
delete from public.sync_run_log;
insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, scheduled_for, error_code, deadline_at, finished_at)
values (sync_test.id('org a'), sync_test.id('integration a'), 'webhook', 'failed', 'backfill', pg_temp.hour(5), 'vendor_down', now(), now()),
  (sync_test.id('org a'), sync_test.id('integration a'), 'webhook', 'pending', 'schedule', pg_temp.hour(2), null, now(), null);
select sync_test.act_as('viewer');
select results_eq($$ select ago, state, reason from pg_temp.explain(6, 1) $$, $$ values (5, 'failed', 'vendor_down'), (3, 'pending', 'waits_for_active_run'),
  (2, 'pending', 'dispatched') $$, 'a backfill that failed names its error, and a run that no worker has taken is dispatched');
select sync_test.act_as('owner');
update public.sync_run_log set next_attempt_at = now() where status = 'pending';
select sync_test.act_as('viewer');
select is((select reason from pg_temp.explain(2, 1)), 'next_attempt', 'unless it waits for its next attempt');

select * from finish();
rollback;
