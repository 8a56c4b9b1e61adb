begin;
\ir ../fixtures.psql
select plan(4);

update public.sync_integrations set
  config = '{"url": "https://example.test/hook"}',
  credentials_secret_id = vault.create_secret('{"signing_secret": "whsec_c2VjcmV0"}', 'sync_test secret')
where id = sync_test.id('integration a');
create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
create temporary table claim as select sync_test.claim(run_id) as claim from run;

select is(claim -> 'config', '{"url": "https://example.test/hook"}', 'the claim brings the config') from claim;
select is(claim -> 'credentials', '{"signing_secret": "whsec_c2VjcmV0"}', 'and the credentials from Vault') from claim;
select is_empty(
  $$ select from public.sync_run_log r where r::text like '%whsec_%'
     union all select from sync_scheduler.run_attempts a where a::text like '%whsec_%' $$,
  'which stand in no log');

select vault.update_secret(credentials_secret_id, 'hunter2') from public.sync_integrations
where id = sync_test.id('integration a');
select is(
  sync_scheduler.read_credentials((select credentials_secret_id from public.sync_integrations
    where id = sync_test.id('integration a'))), null,
  'a secret that is no JSON is no credentials, and is quoted in no error');

select * from finish();
rollback;
