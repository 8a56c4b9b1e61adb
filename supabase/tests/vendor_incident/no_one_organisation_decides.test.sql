-- The people of a single organisation cannot open, keep open or close the incident of a vendor by hand.
begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
\ir ../vendor_incident.psql
update public.sync_integration_types set host = 'hooks.example:8443' where code = 'webhook';
-- The attacker is the admin of organisation 5.
update public.sync_integrations set max_attempts = 1;
select plan(21);

-- What the attacker's press leads to.
create function pg_temp.attacks(outcome text, class text default null) returns void language plpgsql as $$
declare
  of_run uuid;
begin
  perform sync_test.act_as('stranger');
  select run_id into of_run from public.trigger_integration_sync(pg_temp.org(5), 'webhook');
  perform sync_test.act_as('owner');
  perform sync_test.claim(of_run);
  if outcome = 'empty' then
    perform public.sync_worker_reserve_entries(of_run, 1, sync_test.token(of_run), 10);
    perform public.sync_worker_finish(of_run, 1, sync_test.token(of_run), 'succeeded');
  elsif outcome = 'cancelled' then
    perform sync_test.act_as('stranger');
    perform public.cancel_integration_sync(of_run);
    perform sync_test.act_as('owner');
    perform public.sync_worker_finish(of_run, 1, sync_test.token(of_run), 'cancelled');
  else
    perform public.sync_worker_finish(of_run, 1, sync_test.token(of_run), outcome, class, 'webhook_connection_lost', 'In words.', blames => 'vendor');
  end if;
end
$$;
create function pg_temp.checks_by_hand(outcome text, class text default null) returns void language plpgsql as $$
begin
  update sync_scheduler.connection_checks set requested_at = requested_at - interval '1 minute';
  perform sync_test.act_as('stranger');
  perform public.test_integration_connection(pg_temp.org(5), 'webhook');
  perform sync_test.act_as('owner');
  perform pg_temp.claim(pg_temp.check_token('integration 5'), 'integration 5');
  perform public.sync_worker_finish_probe(pg_temp.integration(5), pg_temp.check_token('integration 5'), outcome, class,
    case when class is not null then 'webhook_connection_lost' end, case when class is not null then 'In words.' end, 5,
    blames => case when class is not null then 'vendor' end);
end
$$;

-- Checks by hand open none, also of several organisations.
select sync_scheduler.post_checks(array[pg_temp.integration(n)]),
  pg_temp.claim(pg_temp.check_token('integration ' || n), 'integration ' || n),
  public.sync_worker_finish_probe(pg_temp.integration(n), pg_temp.check_token('integration ' || n), 'failed', 'transient',
    'webhook_connection_lost', 'In words.', 5, blames => 'vendor')
from generate_series(1, 4) n;
select is(pg_temp.incidents(), 'none', 'checks that people of four organisations ask for open none');
-- Nor do four organisations open one for a host of their own.
update public.sync_integrations set config = '{"url": "https://victim.example/"}' where id in (select pg_temp.integration(n) from generate_series(1, 4) n);
select pg_temp.nobody_answers(1, 2, 3, 4);
select is(pg_temp.incidents(), 'none', 'nor do those who cannot reach an address that they have chosen');
update public.sync_integrations i set config = jsonb_build_object('url', 'https://hooks.example:8443/of/' || n)
from generate_series(1, 4) n where i.id = pg_temp.integration(n);

-- Open it.
select pg_temp.attacks('failed', 'transient') from generate_series(1, 5);
select is(pg_temp.incidents(), 'none', 'runs that one organisation presses and that fail open none, however many');
select pg_temp.checks_by_hand('failed', 'transient') from generate_series(1, 5);
select is(pg_temp.incidents(), 'none', 'nor do its checks');
select pg_temp.nobody_answers(1);
select pg_temp.attacks('failed', 'ambiguous'), pg_temp.checks_by_hand('failed', 'ambiguous') from generate_series(1, 3);
select is(pg_temp.incidents(), 'none', 'it is one organisation, also next to another');
select is((select count(*)::integer from sync_scheduler.vendor_failures), 2, 'and counts once');
select sync_test.act_as('stranger');
select throws_ok($$ insert into public.sync_vendor_incidents (integration_type, host, began_at, affected, message)
  values ('webhook', 'hooks.example:8443', now(), 9, 'Down.') $$, '42501', null, 'no role writes one');
select sync_test.act_as('owner');

-- Close it.
select pg_temp.nobody_answers(2);
select is(pg_temp.incidents(), 'hooks.example:8443 3 open', 'three organisations are one');
delete from public.sync_export_entries where integration_id = pg_temp.integration(5);
select pg_temp.attacks('empty');
select is(pg_temp.incidents(), 'hooks.example:8443 3 open', 'a run with nothing to send has asked no vendor, and ends none');
select pg_temp.attacks('cancelled');
select is(pg_temp.incidents(), 'hooks.example:8443 3 open', 'nor does one that is cancelled');
select pg_temp.checks_by_hand('answered');
select is(pg_temp.incidents(), 'hooks.example:8443 3 open', 'nor a check by hand that is answered');
select sync_test.act_as('stranger');
select throws_ok(format('select public.acknowledge_sync_alert(%L)', alert_id), 'PT403', 'not_authorized', 'no member of an organisation acknowledges the shared alert')
from public.sync_alerts where kind = 'vendor_incident';
select throws_ok('update public.sync_vendor_incidents set ended_at = now()', '42501', null, 'no role ends it by writing');
select public.resume_integration_checks(pg_temp.org(5), 'webhook');
select public.pause_integration_sync(pg_temp.org(5), 'webhook'), public.resume_integration_sync(pg_temp.org(5), 'webhook');
select public.configure_integration_sync(pg_temp.org(5), 'webhook', '{"enabled": false}'),
  public.configure_integration_sync(pg_temp.org(5), 'webhook', '{"enabled": true}');
select sync_test.act_as('owner');
select is(pg_temp.incidents() || ', ' || pg_temp.incident_alerts(), 'hooks.example:8443 3 open, critical 1 open', 'nor by pausing, switching off and on');
-- An address of their own that always answers, as if it were the vendor's.
update public.sync_integrations set config = '{"url": "https://hooks.example:8443@evil.example/"}' where id = pg_temp.integration(5);
select pg_temp.run_ends((pg_temp.press(5)).run_id, 'succeeded');
select is(pg_temp.incidents(), 'hooks.example:8443 3 open', 'nor a run that gets through at an address of their own');
update public.sync_integrations set config = '{"url": "https://hooks.example:8443/of/5"}' where id = pg_temp.integration(5);

-- Keep it open, and count it up.
select pg_temp.attacks('failed', 'transient') from generate_series(1, 5);
select is(pg_temp.incidents(), 'hooks.example:8443 4 open', 'an organisation that meets it again and again is counted once more at most');
select pg_temp.check_ends(3, 'answered');
select is(pg_temp.incidents() || ', ' || pg_temp.incident_alerts(), 'hooks.example:8443 4 ended, critical 1 resolved', 'who gets through ends it');
select pg_temp.attacks('failed', 'transient') from generate_series(1, 5);
select pg_temp.checks_by_hand('failed', 'transient');
select is(pg_temp.incidents(), 'hooks.example:8443 4 ended', 'and one organisation opens no other');
select is(pg_temp.incident_alerts(), 'critical 1 resolved', 'nor is the alert open again');
select pg_temp.nobody_answers(1);
select is(pg_temp.incidents(), 'hooks.example:8443 4 ended', 'nor two');
select pg_temp.nobody_answers(2);
select is(pg_temp.incidents(), 'hooks.example:8443 4 ended, hooks.example:8443 3 open', 'three do');

select * from finish();
rollback;
