-- A call that names the address for which its secrets are meant hands them to no other one, however late it arrives.
begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
select plan(14);

create function pg_temp.store(address jsonb, credentials jsonb default '{"token": "hemmelig"}') returns text language plpgsql as $$
declare
  answer text := 'stored';
begin
  perform pg_temp.age_check();
  perform sync_test.act_as('admin');
  begin
    perform public.set_integration_credentials(sync_test.id('org a'), 'webhook', credentials, address => store.address);
  exception when others then
    answer := sqlstate || ' ' || sqlerrm;
  end;
  perform sync_test.act_as('owner');
  return answer;
end
$$;
create function pg_temp.traces() returns text language sql as $$
  select format('%s secrets, %s bound, %s checks, %s posted, %s audited',
    (select count(*) from vault.secrets s where s.name = sync_scheduler.secret_name('credentials', sync_test.id('integration a'))),
    (select count(*) from sync_scheduler.integration_credentials), (select count(*) from sync_scheduler.connection_checks),
    (select count(*) from net.http_request_queue), (select count(*) from public.sync_audit_log where action like '%credentials'))
$$;

update public.sync_integrations set config = '{"url": "https://b.example/in", "batch_size": 10}' where id = sync_test.id('integration a');
select is(pg_temp.store('{"url": "https://a.example/in"}'), 'PT409 address_changed', 'secrets for another address are refused');
select is(pg_temp.store('{}'), 'PT409 address_changed', 'those for the default one, too');
select is(pg_temp.store('["url"]'), 'PT409 address_changed', 'and those for what is no address');
select is(pg_temp.traces(), '0 secrets, 0 bound, 0 checks, 0 posted, 0 audited', 'nothing is stored or posted, and no check begins');

select is(pg_temp.store('{"url": "https://b.example/in"}'), 'stored', 'those for the address of now are stored');
select is(pg_temp.traces(), '1 secrets, 1 bound, 1 checks, 1 posted, 1 audited', 'and checked');
select is(pg_temp.store('{"url": "https://b.example/in", "batch_size": 20}'), 'stored', 'nothing else of the config counts');
select is(pg_temp.store(null), 'stored', 'who names none means the address of now');
select is(pg_temp.store('null'), 'stored', 'so does JSON null');
select is(pg_temp.store('{"url": "https://a.example/in"}', null), 'PT409 address_changed', 'nor are those of another address removed');
select is(pg_temp.store('{"url": "https://b.example/in"}', null), 'stored', 'those of the address of now are');
select is((select count(*)::integer from sync_scheduler.integration_credentials), 0, 'with all that was stored');

update public.sync_integrations set config = '{}' where id = sync_test.id('integration a');
select is(pg_temp.store('[]'), 'PT409 address_changed', 'a list is no address, not even the default one');
select is(pg_temp.store('{}'), 'stored', 'an object without one is');

select * from finish();
rollback;
