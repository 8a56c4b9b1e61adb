begin;
\ir ../fixtures.psql
select plan(4);

update public.sync_integrations set config = '{"url": "https://example.test/hook"}' where id = sync_test.id('integration a');
select sync_scheduler.store_credentials(i, '{"signing_secret": "whsec_c2VjcmV0"}') from public.sync_integrations i
where i.id = sync_test.id('integration a');
create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
create temporary table claim as select sync_test.claim(run_id) as claim from run;

select is(claim -> 'config', '{"url": "https://example.test/hook"}', 'the claim brings the config') from claim;
select is(claim -> 'credentials', '{"signing_secret": "whsec_c2VjcmV0"}', 'and the credentials from Vault') from claim;
select is_empty(
  $$ select from public.sync_run_log r where r::text like '%whsec_%'
     union all select from sync_scheduler.run_attempts a where a::text like '%whsec_%' $$,
  'which are in no log');

select vault.update_secret(secret_id, 'hunter2') from sync_scheduler.integration_credentials
where integration_id = sync_test.id('integration a');
select is(sync_scheduler.read_connection(sync_test.id('integration a')) -> 'credentials', 'null',
  'a secret that is no JSON is no credentials, and is quoted in no error');

select * from finish();
rollback;
