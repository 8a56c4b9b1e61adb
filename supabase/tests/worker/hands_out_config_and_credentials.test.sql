begin;
\ir ../fixtures.sql
select plan(3);

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

select * from finish();
rollback;
