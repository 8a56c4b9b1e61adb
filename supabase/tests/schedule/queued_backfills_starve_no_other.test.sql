begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(2);

-- More than one batch of paused integrations with a backfill that waits for the end of the pause, before anyone else.
insert into public.organizations (id, name) select sync_test.id('paused ' || n), 'Paused' from generate_series(1, 120) n;
insert into public.sync_integrations (id, org_id, integration_type, paused_at)
select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, sync_test.id('paused ' || n), 'webhook', now()
from generate_series(1, 120) n;
insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
select i.id, pg_temp.hour(1), 'backfill' from public.sync_integrations i;

select sync_scheduler.start_queued_slots();
select results_eq($$ select * from pg_temp.slots('integration a') $$, $$ values (1, 'pending', null) $$,
  'slots that wait for the end of a pause take no place from others');
select is(count(*)::integer, 120, 'and wait on') from sync_scheduler.queued_slots;

select * from finish();
rollback;
