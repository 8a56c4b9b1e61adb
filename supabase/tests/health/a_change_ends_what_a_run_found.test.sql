-- A run was refused; then an admin changes the config or the credentials.
begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
\ir ../failed_run.psql
select plan(9);

select pg_temp.run(1, 0, 'failed', 'permanent', 'access_refused');
update public.sync_integrations set config = '{"url": "https://other.example"}' where org_id = sync_test.id('org a');
select is(split_part(pg_temp.health(), ' ', 1), 'needs_attention', 'the change alone shows nothing');
select pg_temp.checked('answered');
select is(pg_temp.health(), 'healthy', 'a check with the new config does: nothing has been refused with it');
select is(pg_temp.open(), 'run_failed critical 1', 'the alert stays: its entries wait');

select pg_temp.run(1, 0, 'failed', 'permanent', 'access_refused');
select pg_temp.age_check();
select sync_test.act_as('admin');
select public.set_integration_credentials(sync_test.id('org a'), 'webhook', '{"signing_secret": "one"}');
select sync_test.act_as('owner');
select pg_temp.age_check();
select pg_temp.checked('answered');
select is(pg_temp.health(), 'healthy', 'likewise with new credentials');
select pg_temp.run(1, 0, 'failed', 'permanent', 'access_refused');
select pg_temp.age_check();
select sync_test.act_as('admin');
select public.set_integration_credentials(sync_test.id('org a'), 'webhook', '{"signing_secret": "two"}');
select sync_test.act_as('owner');
select pg_temp.age_check();
select pg_temp.checked('answered');
select is(pg_temp.health(), 'healthy', 'also under the same id of Vault');

-- The worker had the old ones.
create temporary table run as select pg_temp.start() as run_id;
update sync_scheduler.run_attempts set claimed_at = claimed_at - interval '1 second' where ended_at is null;
select pg_temp.finish(run_id, 'failed', 'permanent', 'access_refused') from run;
select is(split_part(pg_temp.health(), ' ', 1), 'needs_attention', 'a run that began before the change is refused');
select pg_temp.checked('answered');
select is(pg_temp.health(), 'healthy', 'which says nothing about the new ones');
select is(pg_temp.open(), 'run_failed critical 4', 'its entries wait like the others');

-- A run fails for another reason, a check is refused, and the next one is answered.
update public.sync_alerts set resolved_at = now() where resolved_at is null;
select pg_temp.run(0, 0, 'failed', 'transient', 'too_busy');
select pg_temp.checked('failed', 'permanent', 'access_refused');
select pg_temp.checked('answered');
select is(pg_temp.health(), 'degraded too_busy In the run''s words.', 'what a check refuted needs no attention any longer');

select * from finish();
rollback;
