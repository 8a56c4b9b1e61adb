-- What people of an organisation do and is audited is bounded by the audit log.
begin;
\ir ../fixtures.psql
\ir ../api.psql
select plan(23);
update sync_scheduler.settings set changes_per_hour = 4, presses_per_hour = 2;

create temporary table refused (name text);
create function pg_temp.does(call text, who text default 'admin') returns text language plpgsql as $$
declare
  detail jsonb;
begin
  begin
    perform sync_test.act_as(who);
    execute 'select public.' || call;
    perform sync_test.act_as('owner');
    return 'done';
  exception when sqlstate 'PT429' then
    get stacked diagnostics detail = pg_exception_detail;
    perform sync_test.act_as('owner');
    insert into refused values (split_part(call, '(', 1));
    return concat_ws(' ', detail ->> 'limit', extract(epoch from (detail ->> 'retry_at')::timestamptz - now())::integer);
  end;
end
$$;
create function pg_temp.configure() returns text language sql as $$
  select format('configure_integration_sync(%L, ''webhook'', ''{"max_attempts": 7}'')', sync_test.id('org a'))
$$;
create function pg_temp.fill(action text, number integer, ago interval default '30 minutes', org text default 'org a', who text default 'admin')
returns void language sql as $$
  insert into public.sync_audit_log (org_id, actor_id, action, created_at)
  select sync_test.id(org), sync_test.id(who), fill.action, now() - ago from generate_series(1, number)
$$;

select pg_temp.fill('configure', 3), pg_temp.fill('configure', 4, org => 'org b', who => 'outsider'), pg_temp.fill('configure', 9, '1 hour');
insert into public.sync_audit_log (org_id, action) select sync_test.id('org a'), 'entries_corrected' from generate_series(1, 20);
select is(pg_temp.does(pg_temp.configure()), 'done', 'of the last hour, of this organisation, and of people only');
select is(pg_temp.does(pg_temp.configure()), 'changes_per_hour 1800', 'the next one is refused, until the oldest of them is an hour old');
select is(pg_temp.does(pg_temp.configure(), 'service_role'), 'done', 'a backend is not bounded');

delete from public.sync_audit_log;
select pg_temp.fill('configure', 4);
update public.sync_integrations set paused_at = now() where id = sync_test.id('integration b');
update public.sync_export_entries set state = 'rejected' where integration_id = sync_test.id('integration a') and entry_key = 'entry 02';
insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, scheduled_for, deadline_at, finished_at, skip_reason)
values (sync_test.id('org a'), sync_test.id('integration a'), 'webhook', 'skipped', 'schedule', now() - interval '1 day', now(), now(), 'missed');
insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
values (sync_test.id('integration a'), now() - interval '2 days', 'backfill');
select is(pg_temp.does(format(call, sync_test.id('org a'))), 'changes_per_hour 1800', call) from unnest(array[
  $$settle_sync_entries(%L, 'webhook', '[{"entry_key": "entry 02", "resolution": "abandon"}]', 'x')$$,
  $$connect_integration(%L, 'webhook', '{"url": "https://erp.example/in"}')$$,
  $$backfill_integration_sync(%L, 'webhook', now() - interval '2 days', now())$$,
  $$set_integration_credentials(%L, 'webhook', '{"token": "x"}')$$,
  $$configure_alert_webhook(%L, '{"url": "https://hooks.slack.com/services/T0/B0/x"}')$$,
  $$test_integration_connection(%L, 'webhook')$$]) call;
update public.sync_integration_health set passive_since = now() where integration_id = sync_test.id('integration a');
select is(pg_temp.does(format($$resume_integration_checks(%L, 'webhook')$$, sync_test.id('org a'))), 'changes_per_hour 1800',
  'so is the end of passive mode');
select is((select count(*)::integer from net.http_request_queue), 0, 'nothing was posted');
select is((select state::text from public.sync_export_entries where integration_id = sync_test.id('integration a') and entry_key = 'entry 02'),
  'rejected', 'nothing has changed');

-- Stop means stop.
select is(pg_temp.does(format(call, sync_test.id('org a'))), 'done', call || ' is still possible') from unnest(array[
  $$pause_integration_sync(%L, 'webhook')$$,
  $$withdraw_sync_entries(%L, 'webhook', '{"entry 01"}', 'by mistake')$$,
  $$set_integration_credentials(%L, 'webhook', null)$$]) call;
select is(pg_temp.does(format($$resume_integration_sync(%L, 'webhook')$$, sync_test.id('org a'))), 'changes_per_hour 1800', 'what starts is not');
select is(pg_temp.does(format($$cancel_integration_backfill(%L, 'webhook')$$, sync_test.id('org a'))), 'done', 'twice as often');
insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
values (sync_test.id('integration a'), now() - interval '3 days', 'backfill');
select is(pg_temp.does(format(call, sync_test.id('org a'))), 'changes_per_hour 1800', call || ' but not without end') from unnest(array[
  $$pause_integration_sync(%L, 'webhook', 'and again')$$,
  $$withdraw_sync_entries(%L, 'webhook', '{"entry 03"}', 'by mistake')$$,
  $$cancel_integration_backfill(%L, 'webhook')$$]) call;

delete from public.sync_audit_log;
select pg_temp.fill('configure_alert_webhook', 1, '20 minutes');
select pg_temp.fill('configure_alert_webhook', 5, '20 minutes', 'org b', 'outsider');
insert into public.sync_audit_log (org_id, action, created_at)
select sync_test.id('org a'), 'configure_alert_webhook', now() - interval '20 minutes' from generate_series(1, 5);
select is(pg_temp.does(format($$configure_alert_webhook(%L, '{"url": "https://hooks.slack.com/services/T0/B0/x"}')$$, sync_test.id('org a'))),
  'done', 'what a backend or another organisation has configured does not count');
delete from public.sync_audit_log;
select pg_temp.fill('configure_alert_webhook', 2, '20 minutes'), pg_temp.fill('set_credentials', 1);
select is(pg_temp.does(format($$configure_alert_webhook(%L, '{"url": "https://hooks.slack.com/services/T0/B0/x"}')$$, sync_test.id('org a'))),
  'changes_per_hour 2400', 'each kind of action that posts to the outside has presses_per_hour');
select is_empty($$ select a.name from sync_test.api() a
  where a.for_people and a.writes and a.name not in (select r.name from refused r)
    -- Presses have limits of their own. A run is cancelled once, and an alert acknowledged once.
    and a.name <> all ('{trigger_integration_sync,retry_integration_sync,cancel_integration_sync,acknowledge_sync_alert}') $$,
  'every function by which people change something was refused here');

select * from finish();
rollback;
