begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
select plan(29);

create function pg_temp.store(who text, credentials jsonb, reason text default null) returns public.sync_integration_health
language plpgsql as $$
declare
  health public.sync_integration_health;
begin
  perform sync_test.act_as(who);
  health := public.set_integration_credentials(sync_test.id('org a'), 'webhook', credentials, reason);
  perform sync_test.act_as('owner');
  return health;
end
$$;
create function pg_temp.stored(name text default 'integration a') returns jsonb language sql as $$
  select sync_scheduler.read_connection(sync_test.id(name)) -> 'credentials'
$$;
create function pg_temp.secrets() returns integer language sql as $$
  select count(*)::integer from vault.secrets s where s.name like 'sync_scheduler credentials of %'
    and right(s.name, 36)::uuid in (sync_test.id('integration a'), sync_test.id('integration b'))
$$;
create temporary table hosts_own as select vault.create_secret('{"token": "of the host"}', 'sync_test of the host') as id;
-- What any table that a client, the operator or pg_net can see holds of a text: as text, and as bytes.
create function pg_temp.traces(of_text text) returns text[] language plpgsql as $$
declare
  t regclass;
  found_in boolean;
  traces text[] := '{}';
begin
  for t in select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'v') and n.nspname in ('public', 'sync_scheduler', 'net', 'cron') loop
    execute format('select exists (select from %s t where t::text like $1 or t::text like $2)', t)
    into found_in using '%' || of_text || '%', '%' || encode(convert_to(of_text, 'UTF8'), 'hex') || '%';
    traces := case when found_in then traces || t::text else traces end;
  end loop;
  return traces;
end
$$;
insert into public.sync_audit_log (org_id, integration_id, action, reason)
values (sync_test.id('org a'), sync_test.id('integration a'), 'control', 'a control');
select is(pg_temp.traces('a control'), array['sync_audit_log'], 'a trace would be found');

create temporary table answered as select * from pg_temp.store('admin', '{"token": "hemmelig-4711"}', 'Rotated.');
select is(pg_temp.stored(), '{"token": "hemmelig-4711"}', 'an admin stores credentials');
select is((select s.decrypted_secret from vault.decrypted_secrets s join hosts_own o using (id)), '{"token": "of the host"}',
  'a secret that the host made is not written');
select ok((select check_requested_at is not null and checked_at is null from answered), 'a check is started');
select is((select answered::text like '%hemmelig%' from answered), false, 'the answer does not repeat them');
select is((select claim -> 'credentials' from pg_temp.claim(pg_temp.check_token()) claim),
  '{"token": "hemmelig-4711"}', 'the check gets the new ones');
select public.sync_worker_finish_probe(sync_test.id('integration a'), pg_temp.check_token(), 'failed', 'permanent',
  'token_refused', 'The token was refused.');
select is(pg_temp.health(), 'needs_attention token_refused The token was refused.', 'and what it finds is reported');
select results_eq($$ select actor_id, action, reason, details from public.sync_audit_log where action <> 'control' $$,
  $$ values (sync_test.id('admin'), 'set_credentials', 'Rotated.', '{}'::jsonb) $$, 'that it was done is audited');
create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
select is((select sync_test.claim(run_id) -> 'credentials' from run), '{"token": "hemmelig-4711"}', 'runs get them');
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'failed', 'permanent', 'x', 'y') from run;
select is(pg_temp.traces('hemmelig'), '{}', 'no table has a trace of them');

update sync_scheduler.connection_checks set requested_at = requested_at - interval '10 seconds';
select pg_temp.store('service_role', '{"token": "hemmelig-4712"}');
select is(pg_temp.stored(), '{"token": "hemmelig-4712"}', 'the service role stores others');
select is(pg_temp.secrets(), 1, 'in the same secret');
select throws_ok($$ select pg_temp.store('admin', '{"token": "hemmelig-4713"}') $$, 'PT429', 'rate_limited',
  'the next ones not before the cooldown of checks');
select sync_test.act_as('owner');
select is(pg_temp.stored(), '{"token": "hemmelig-4712"}', 'nothing of it is stored');
create temporary table old as select pg_temp.check_token() as token;
update sync_scheduler.connection_checks set requested_at = requested_at - interval '10 seconds';
select pg_temp.store('admin', '{"token": "hemmelig-4713"}');
select throws_ok($$ select pg_temp.claim(token) from old $$, 'PT401',
  'invalid_token', 'a check that is still open is replaced: it would speak of the old ones');
update sync_scheduler.settings set function_url = null;
update sync_scheduler.connection_checks set requested_at = requested_at - interval '10 seconds';
select throws_ok($$ select pg_temp.store('admin', '{"token": "hemmelig-4714"}') $$, 'PT503', 'function_url_not_configured',
  'without a function nothing is stored');
select sync_test.act_as('owner');

select vault.update_secret(secret_id, '{"token": "\u0000 hemmelig"}') from sync_scheduler.integration_credentials
where integration_id = sync_test.id('integration a');
select is(pg_temp.stored(), 'null', 'a secret that the database cannot read as JSON is no credentials, and is quoted in no error');
create temporary table removed as select * from pg_temp.store('admin', null, 'They left.');
select is_empty($$ select from sync_scheduler.integration_credentials $$, 'null removes them');
select is(pg_temp.secrets(), 0, 'from Vault too');
select is((select count(*)::integer from sync_scheduler.connection_checks where ended_at is null), 0, 'with the check that had them');
select is((select action || ' ' || reason from public.sync_audit_log order by audit_id desc limit 1), 'remove_credentials They left.',
  'which is audited');
create temporary table ended as select integration_id, ended_at from sync_scheduler.connection_checks;
select lives_ok($$ select pg_temp.store('admin', 'null') $$, 'once more changes nothing');
select results_eq('select integration_id, ended_at from sync_scheduler.connection_checks', 'select * from ended', 'not even when the check was over');
select is((select decrypted_secret from vault.decrypted_secrets join hosts_own using (id)), '{"token": "of the host"}',
  'a secret of the host stays');

update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/';
select pg_temp.store('admin', '{"token": "hemmelig-4715"}');
select is(pg_temp.secrets(), 1, 'stored anew');
select pg_temp.store('admin', null);
select throws_ok($$ select pg_temp.store('admin', '{"token": "hemmelig-4716"}') $$, 'PT429', 'rate_limited',
  'but to remove them is not the way around the cooldown');
select sync_test.act_as('owner');
select throws_ok($$ select pg_temp.claim(pg_temp.check_token()) $$, 'PT409', 'attempt_not_current', 'and the check of the last ones is over');
update sync_scheduler.connection_checks set requested_at = requested_at - interval '10 seconds';
select pg_temp.store('admin', '{"token": "hemmelig-4717"}');
select is(pg_temp.secrets(), 1, 'after it they are stored again');
delete from public.organizations where id = sync_test.id('org a');
select is(pg_temp.secrets(), 0, 'they go with their integration');

select * from finish();
rollback;
