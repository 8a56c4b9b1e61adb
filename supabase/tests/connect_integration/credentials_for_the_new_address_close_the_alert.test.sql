-- The alert that credentials are needed closes as soon as they are stored, and waits for no check.
begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
select plan(19);

create function pg_temp.connect(path text, more jsonb default '{}') returns void language plpgsql as $$
begin
  perform sync_test.act_as('admin');
  perform public.connect_integration(sync_test.id('org a'), 'webhook', jsonb_build_object('url', 'https://erp.example/' || path) || more);
  perform sync_test.act_as('owner');
end
$$;
create function pg_temp.store(credentials jsonb) returns public.sync_integration_health language plpgsql as $$
declare
  answered public.sync_integration_health;
begin
  perform pg_temp.age_check();
  perform sync_test.act_as('admin');
  answered := public.set_integration_credentials(sync_test.id('org a'), 'webhook', credentials);
  perform sync_test.act_as('owner');
  return answered;
end
$$;

select pg_temp.connect('a');
select pg_temp.store('{"token": "one"}');
select pg_temp.checked('answered');
select pg_temp.connect('b');
select is(pg_temp.alerts(), '1 alerts, 1 open', 'another address raises the alert');
select pg_temp.connect('b', '{"batch_size": 10}');
select is(pg_temp.alerts(), '1 alerts, 1 open', 'a change that is none of the address leaves it open');
create temporary table answered as select * from pg_temp.store('{"token": "two"}');
select is(pg_temp.alerts(), '1 alerts, 0 open', 'credentials for the new address close it');
select is(pg_temp.health(), 'unknown', 'health asks for nothing more, and claims nothing');
select is((select status::text || coalesce(last_error_code, '') from answered), 'unknown', 'nor does the answer');
select pg_temp.claim(pg_temp.check_token());
select public.sync_worker_finish_probe(sync_test.id('integration a'), pg_temp.check_token(), 'failed', 'transient', 'away', 'It is away.');
select is(pg_temp.health(), 'unhealthy away It is away.', 'a check that fails otherwise says so');
select is(pg_temp.alerts(), '1 alerts, 0 open', 'and opens nothing again');
select pg_temp.checked('answered');
select is(pg_temp.health(), 'healthy', 'an answered one follows as ever');

select pg_temp.connect('c');
select is(pg_temp.alerts(), '2 alerts, 1 open', 'the next address is another occurrence');
select pg_temp.connect('b');
select is(pg_temp.alerts(), '2 alerts, 0 open', 'the old address again closes it');
select is(pg_temp.health(), 'unknown', 'health likewise');

select pg_temp.connect('d');
select pg_temp.age_check();
select pg_temp.check_as('coordinator');
select pg_temp.age_check();
select sync_scheduler.end_unanswered_checks();
select is(split_part(pg_temp.health(), ' ', 2), 'check_unanswered', 'a check since was not answered');
select pg_temp.store(null);
select is(pg_temp.alerts() || ', ' || pg_temp.health(), '3 alerts, 0 open, unknown', 'so does their removal: none are for another address');

-- What the external system refused stays until it answers.
select pg_temp.store('{"token": "three"}');
select pg_temp.checked('failed', 'permanent', 'access_refused');
select pg_temp.store('{"token": "four"}');
select is(pg_temp.alerts(), '4 alerts, 1 open', 'a refusal by the external system is no fault that storing ends');
select is(split_part(pg_temp.health(), ' ', 2), 'access_refused', 'nor in health');
select pg_temp.checked('answered');
select is(pg_temp.alerts(), '4 alerts, 0 open', 'an answer does');

-- While the external system asks us to slow down, no new check takes the place of the one that is on its way.
select pg_temp.connect('e');
select pg_temp.age_check();
select pg_temp.check_as('coordinator');
select pg_temp.claim(pg_temp.check_token());
select sync_scheduler.suspend_checks(sync_test.id('integration a'));
select pg_temp.store('{"token": "five"}');
select is(pg_temp.alerts(), '5 alerts, 0 open', 'credentials close the alert then, too');
select is(public.sync_worker_finish_probe(sync_test.id('integration a'), pg_temp.check_token(), 'failed', 'permanent', 'credentials_needed',
  'In words.'), '{"recorded": false}', 'a late report of the old check is none');
select is(pg_temp.alerts(), '5 alerts, 0 open', 'and opens nothing');

select * from finish();
rollback;
