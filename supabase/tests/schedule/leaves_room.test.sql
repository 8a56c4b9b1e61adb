begin;
\ir ../fixtures.sql
\ir ../schedule.sql
select plan(4);
-- Ten more organisations with a webhook, and organisation a with an integration of another type.
with org as (insert into public.organizations (name) select 'Tenant ' || n from generate_series(1, 10) n returning id)
insert into public.sync_integrations (org_id, integration_type, schedule) select id, 'webhook', '0 * * * *' from org;
insert into public.sync_integrations (org_id, integration_type, schedule)
select sync_test.id('org a'), type, '0 * * * *' from unnest(array['xledger', 'dynamics']) type;
update public.sync_integrations set next_run_at = pg_temp.hour(), next_tick_at = pg_temp.hour() - case
  when integration_type = 'webhook' and org_id <> sync_test.id('org a') then interval '1 minute' else interval '0' end;
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
  'an organisation gets no more places than it may have');
select is((select count(*)::integer from public.sync_run_log), 13, 'and all others start');

select * from finish();
rollback;
