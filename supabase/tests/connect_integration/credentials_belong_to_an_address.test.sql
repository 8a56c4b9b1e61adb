-- Credentials are handed out for the address with which they were stored, and for no other.
begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
select plan(31);

create function pg_temp.connect(who text, config jsonb, type text default 'webhook') returns public.sync_integrations
language plpgsql as $$
declare
  saved public.sync_integrations;
begin
  perform sync_test.act_as(who);
  saved := public.connect_integration(sync_test.id('org a'), type, config, 'Why.');
  perform sync_test.act_as('owner');
  return saved;
end
$$;
create function pg_temp.handed_out() returns text language plpgsql as $$
declare
  claimed jsonb;
begin
  perform pg_temp.age_check();
  perform pg_temp.check_as('coordinator');
  claimed := pg_temp.claim(pg_temp.check_token());
  return concat_ws(' ', claimed -> 'credentials' ->> 'token', claimed ->> 'credentials_needed' is not null);
end
$$;

select is((pg_temp.connect('admin', '{"url": "https://a.example/in"}')).config, '{"url": "https://a.example/in"}', 'an admin changes the config');
select sync_test.act_as('admin');
select public.set_integration_credentials(sync_test.id('org a'), 'webhook', '{"token": "hemmelig"}');
select sync_test.act_as('owner');
select is(pg_temp.handed_out(), 'hemmelig f', 'a check gets them');
select pg_temp.connect('service_role', '{"url": "https://a.example/in", "batch_size": 10}');
select is(pg_temp.handed_out(), 'hemmelig f', 'also after a change that is none of the address');
select pg_temp.connect('service_role', '{"url": "https://a.example/in", "batch_size": 10, "company": "Fjordfisk"}');
select is(pg_temp.handed_out(), 'hemmelig f', 'nor is what would be part of the address at another type');

select pg_temp.connect('service_role', '{"url": "https://evil.example/in"}');
select is(pg_temp.handed_out(), 't', 'a check at another address gets none');
select is(pg_temp.health(), 'needs_attention credentials_needed ' || sync_scheduler.credentials_needed(), 'health says so at once');
select is((select message from public.sync_alerts where kind = 'needs_attention' and resolved_at is null),
  'The integration needs attention. ' || sync_scheduler.credentials_needed(), 'an alert too, with the next step');
create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
create temporary table claimed as select sync_test.claim(run_id) as claim from run;
select results_eq($$ select claim -> 'credentials', claim ->> 'credentials_needed', claim -> 'address' from claimed $$,
  $$ select 'null'::jsonb, sync_scheduler.credentials_needed(), '{"url": "https://a.example/in"}'::jsonb $$, 'nor does a run');
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'failed', 'permanent', 'credentials_needed', 'x') from run;
select pg_temp.connect('service_role', '{}');
select is(pg_temp.handed_out(), 't', 'nor with the default address');
select pg_temp.connect('service_role', '{"url": null}');
select is(pg_temp.handed_out(), 't', 'nor with none');
select pg_temp.connect('service_role', '{"url": "https://a.example/in"}');
select is(pg_temp.alerts(), '1 alerts, 0 open', 'back at the old address nothing is asked for');
select is(pg_temp.handed_out(), 'hemmelig f', 'back at the old address they are used again');
select pg_temp.connect('service_role', '{"url": "https://evil.example/in"}');
select pg_temp.age_check();
select sync_test.act_as('admin');
select public.set_integration_credentials(sync_test.id('org a'), 'webhook', '{"token": "new"}');
select sync_test.act_as('owner');
select is(pg_temp.handed_out(), 'new f', 'those that are stored for the new address are handed out');

-- A check that was under way says nothing about another address.
select pg_temp.age_check();
select pg_temp.check_as('coordinator');
select pg_temp.claim(pg_temp.check_token());
select pg_temp.connect('admin', '{"url": "https://c.example/in"}');
select is(public.sync_worker_finish_probe(sync_test.id('integration a'), pg_temp.check_token(), 'answered', latency_ms => 5),
  '{"recorded": false}', 'what the old address answers is not recorded');

-- A default is not a value.
select pg_temp.connect('admin', '{}', 'xledger');
select sync_scheduler.store_credentials(i, '{"token": "x"}') from public.sync_integrations i where i.integration_type = 'xledger';
select pg_temp.connect('admin', '{"url": null}', 'xledger');
select isnt((select sync_scheduler.read_connection(i.id) ->> 'credentials_needed' from public.sync_integrations i where i.integration_type = 'xledger'),
  null, 'no address and the address null are two');

-- Everything of Business Central that decides where requests go.
select pg_temp.connect('admin', '{"tenant_id": "t", "environment": "e", "company": "c", "journal": "j", "currency": "NOK"}', 'dynamics');
select sync_scheduler.store_credentials(i, '{"client_id": "a"}') from public.sync_integrations i where i.integration_type = 'dynamics';
select is((select array_agg(k order by k) from unnest('{tenant_id,environment,company,api_url,login_url,journal,currency}'::text[]) k
  where (select sync_scheduler.address_of(jsonb_populate_record(i, jsonb_build_object('config', i.config || jsonb_build_object(k, 'other'))))
    <> c.address from public.sync_integrations i join sync_scheduler.integration_credentials c on c.integration_id = i.id
    where i.integration_type = 'dynamics')), '{api_url,company,environment,login_url,tenant_id}', 'each of these keys is part of the address');

-- Who may, and what is refused.
select throws_ok($$ select pg_temp.connect('coordinator', '{}') $$, 'PT403', 'not_authorized', 'a coordinator connects nothing');
select throws_ok($$ select pg_temp.connect('outsider', '{}') $$, 'PT403', 'not_authorized', 'nor does an admin of another organisation');
select sync_test.act_as('service_role');
select throws_ok($$ select public.connect_integration(sync_test.id('no org'), 'webhook', '{}') $$, 'PT403', 'not_authorized',
  'an organisation that does not exist is refused alike');
select throws_ok($$ select public.connect_integration(sync_test.id('org a'), 'fax', '{}') $$, 'PT422', 'unknown_integration_type', 'an unknown type');
select throws_ok($$ select public.connect_integration(sync_test.id('org a'), 'webhook', '{"token": "x"}') $$, 'PT422', 'invalid_configuration',
  'a secret in the config');
select throws_ok($$ select public.connect_integration(sync_test.id('org a'), 'webhook', '{"url": "https://me:x@erp.example"}') $$,
  'PT422', 'invalid_configuration', 'and one in an address');
select throws_ok(format($$ select public.connect_integration(sync_test.id('org a'), 'webhook', %L) $$, jsonb_build_object('url', u)),
  'PT422', 'invalid_configuration', 'also as ' || u)
from unnest(array['https:me:x@erp.example', 'HTTPS:/me:x@erp.example', 'https:\\me:x@erp.example', ' https://me@erp.example']) u;
select throws_ok($$ select public.connect_integration(sync_test.id('org a'), 'dynamics', '{"api_url": "https://me:x@erp.example"}') $$,
  'PT422', 'invalid_configuration', 'whichever part of the type''s address it is');
select lives_ok(format($$ select public.connect_integration(sync_test.id('org a'), 'webhook', %L) $$, jsonb_build_object('url', u)), 'but ' || left(u, 50))
from unnest(array['https://erp.example/a@b?c@d', rpad('https://erp.example/', 2000, 'x')]) u;
select throws_ok($$ select public.connect_integration(sync_test.id('org a'), 'webhook',
    jsonb_build_object('url', rpad('https://erp.example/', 2001, 'x'))) $$, 'PT422', 'invalid_configuration', 'a longer one would fill the audit log');
select sync_test.act_as('owner');
select results_eq($$ select action, reason, details -> 'created', details -> 'after' from public.sync_audit_log
    where action = 'connect' and integration_id = sync_test.id('integration a') order by audit_id limit 1 $$,
  $$ values ('connect', 'Why.', 'false'::jsonb, '{"url": "https://a.example/in"}'::jsonb) $$, 'what was done is audited');

select * from finish();
rollback;
