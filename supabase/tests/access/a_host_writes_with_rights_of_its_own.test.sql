-- A host may give a role of its own the right to write tables of the bundle. The triggers then act with the owner's rights, for
-- that role has none in sync_scheduler and none in Vault.
begin;
\ir ../fixtures.psql
select plan(10);

grant insert, update, delete on public.sync_integrations, public.sync_export_entries to service_role;
grant delete on public.organizations to service_role;
update public.sync_integrations set schedule = '0 * * * *', config = '{"url": "https://a.example/"}';
select sync_scheduler.store_credentials(i, '{"token": "x"}') from public.sync_integrations i where i.id = sync_test.id('integration a');
insert into public.sync_alerts (org_id, integration_id, kind, severity, dedup_key, message)
values (sync_test.id('org a'), sync_test.id('integration a'), 'drift', 'warning', 'late', 'Late.');
select sync_test.trigger_as('coordinator');
select public.configure_alert_webhook(sync_test.id('org a'), '{"url": "https://hooks.slack.com/x"}');

select sync_test.act_as('service_role');
-- What the owner has planned does not ask for rights again.
discard plans;
insert into public.sync_integrations (id, org_id, integration_type, config, schedule)
values (sync_test.id('own'), sync_test.id('org a'), 'xledger', '{"period_rule": "free"}', '0 8 * * *');
select isnt((select next_run_at from public.sync_integrations where id = sync_test.id('own')), null, 'an integration that it connects has its next slot');
select is((select status::text from public.sync_integration_health where integration_id = sync_test.id('own')), 'unknown', 'and its health');
select is((select action from public.sync_audit_log where integration_id = sync_test.id('own')), 'configure', 'what it demands of entries is audited');

select lives_ok($$ insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
  values (sync_test.id('own'), 'k', '2026-10', 'B-1', '{"a": "b"}') $$, 'an entry that it adds is guarded');
update public.sync_export_entries set state = 'rejected', error_message = 'No.' where entry_key = 'k';
select is((select count(*) from public.sync_alerts where integration_id = sync_test.id('own') and kind = 'entries_need_decision'), 1::bigint,
  'an entry that it rejects waits for a person');
select lives_ok($$ update public.sync_export_entries set state = 'pending' where entry_key = 'k' $$, 'and comes back');
update public.sync_integrations set schedule = '0 9 * * *', config = '{"url": "https://b.example/"}' where id = sync_test.id('integration a');
select is((select last_error_code from public.sync_integration_health where integration_id = sync_test.id('integration a')), 'credentials_needed',
  'with another address it needs other credentials');
update public.sync_integrations set paused_at = now() where id = sync_test.id('integration a');
select is((select notice from public.sync_run_log where integration_id = sync_test.id('integration a')), 'integration_paused', 'its pause stops the run');
select isnt((select resolved_at from public.sync_alerts where dedup_key = 'late'), null, 'and resolves the alert of a slot that was late');
delete from public.organizations where id = sync_test.id('org a');
select sync_test.act_as('owner');
select is_empty($$ select name from vault.secrets where name in (
    sync_scheduler.secret_name('credentials', sync_test.id('integration a')), sync_scheduler.secret_name('alert webhook', sync_test.id('org a'))) $$,
  'an organisation that it deletes takes its secrets along');

select * from finish();
rollback;
