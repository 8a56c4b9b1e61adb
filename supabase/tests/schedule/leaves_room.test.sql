begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(8);
-- Ten more organisations with a webhook, and organisation a with an integration of another type.
with org as (insert into public.organizations (name) select 'Tenant ' || n from generate_series(1, 10) n returning id)
insert into public.sync_integrations (org_id, integration_type, schedule) select id, 'webhook', '0 * * * *' from org;
insert into public.sync_integrations (org_id, integration_type, schedule)
select sync_test.id('org a'), type, '0 * * * *' from unnest(array['xledger', 'dynamics']) type;
update public.sync_integrations set next_run_at = pg_temp.hour(), next_tick_at = pg_temp.hour() + case
  when integration_type = 'webhook' and org_id <> sync_test.id('org a') then interval '0' else interval '1 microsecond' end;
update sync_scheduler.settings set max_active_per_type = 3, max_active_per_org = 2;

select sync_scheduler.tick();
select results_eq($$ select integration_type, count(*)::integer from public.sync_run_log group by 1 order by 1 $$,
  $$ values ('dynamics', 1), ('webhook', 3), ('xledger', 1) $$, 'a backlog of one vendor leaves room for the others');
select is((select count(*)::integer from public.sync_integrations where next_run_at <= now()), 9, 'what found no place stays due');

delete from public.sync_run_log;
update public.sync_integrations set next_run_at = pg_temp.hour(), next_tick_at = pg_temp.hour();
update sync_scheduler.settings set max_active_per_type = 100;
select sync_scheduler.tick();
select is((select count(*)::integer from public.sync_run_log where org_id = sync_test.id('org a')), 2,
  'an organisation gets only as many places as it may have');
select is((select count(*)::integer from public.sync_run_log), 13, 'and all others start');


-- A full lane: what is only recorded needs no place in it.
delete from public.sync_run_log;
update public.sync_integrations set next_run_at = now() + interval '1 day', next_tick_at = now() + interval '1 day';
update sync_scheduler.settings set max_active_per_type = 1, max_active_per_org = 10;
select pg_temp.make_due('integration a', pg_temp.hour());
select sync_scheduler.tick();
select pg_temp.make_due('integration a', pg_temp.hour() + interval '1 microsecond');
select pg_temp.make_due('integration b', pg_temp.hour());
update public.sync_integrations set paused_at = pg_temp.hour(3) where id = sync_test.id('integration b');
select sync_scheduler.tick();
select results_eq($$ select * from pg_temp.slots('integration b') $$, $$ values (0, 'skipped', 'paused') $$,
  'a pause is recorded although no place is free');
select is((select skip_reason::text from public.sync_run_log where integration_id = sync_test.id('integration a') and status = 'skipped'),
  'overlap', 'so is an overlap with the run that takes the place');

-- Queued slots keep to the same limits.
delete from public.sync_run_log;
insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
select id, pg_temp.hour(2), 'backfill' from public.sync_integrations;
update sync_scheduler.settings set max_active_per_type = 3, max_active_per_org = 1;
select sync_scheduler.start_queued_slots();
select ok((select max(n) from (select count(*) as n from public.sync_run_log group by integration_type) t) <= 3,
  'queued slots exceed no limit of a type');
select is((select count(*)::integer from public.sync_run_log where org_id = sync_test.id('org a')), 1, 'nor of an organisation');

select * from finish();
rollback;
