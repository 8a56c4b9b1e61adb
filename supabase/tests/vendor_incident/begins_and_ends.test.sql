begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
\ir ../vendor_incident.psql
select plan(36);

create function pg_temp.asked_by_hand(n integer, outcome text, class text default null) returns void language plpgsql as $$
begin
  perform sync_scheduler.post_checks(array[pg_temp.integration(n)]);
  perform pg_temp.claim(pg_temp.check_token('integration ' || n), 'integration ' || n);
  perform public.sync_worker_finish_probe(pg_temp.integration(n), pg_temp.check_token('integration ' || n), outcome, class,
    case when class is not null then 'webhook_timeout' end, case when class is not null then 'In words.' end, 5,
    blames => case when class is not null then 'vendor' end);
end
$$;

select is(sync_scheduler.vendor_host(i), 'hooks.example:8443', 'a host is where config says') from public.sync_integrations i
where i.id = pg_temp.integration(1);
select is(sync_scheduler.vendor_host(row(i.*)::public.sync_integrations), 'www.xledger.net', 'or the type''s')
from (select (jsonb_populate_record(x, '{"integration_type": "xledger", "config": {}}')).* from public.sync_integrations x limit 1) i;
update public.sync_integration_types set host = null where code = 'webhook';
select is(sync_scheduler.vendor_host(i), null, 'or none') from public.sync_integrations i where i.id = sync_test.id('integration a');
update public.sync_integration_types set host = 'hooks.example:8443' where code = 'webhook';
-- Written so, an address leads elsewhere than it seems to, or may.
select is(count(*)::integer, 0, 'never the type''s when config says something else') from
  public.sync_integrations i, unnest(array['https:evil.example/x', 'https:///evil.example', 'https:\\evil.example', ' https://evil.example',
    'https://www.xledger.net@evil.example/', 'https://www.xledger.net\@evil.example', '']) url
where i.id = sync_test.id('integration a')
  and sync_scheduler.vendor_host(jsonb_populate_record(i, jsonb_build_object('integration_type', 'xledger', 'config', jsonb_build_object('url', url)))) is not null;
select is(array_agg(distinct sync_scheduler.vendor_host(jsonb_populate_record(i, jsonb_build_object('config', jsonb_build_object('url', url))))),
  array['www.xledger.net'], 'one host has one name') from
  public.sync_integrations i, unnest(array['https://www.xledger.net', 'HTTPS://WWW.xledger.net:443/graphql', 'https://www.xledger.net.?q']) url
where i.id = sync_test.id('integration a');

select pg_temp.nobody_answers(1, 2);
select is(pg_temp.incidents(), 'none', 'two organisations are no incident');
select pg_temp.nobody_answers(1, 1);
select is(pg_temp.incidents(), 'none', 'nor is one that meets it again and again');
select pg_temp.nobody_answers(6);
select is(pg_temp.incidents(), 'none', 'nor one on another host');
select pg_temp.check_ends(3, 'failed', 'permanent', 'configuration');
select is(pg_temp.incidents(), 'none', 'an organisation''s own 401 never is');
select pg_temp.check_ends(3, 'failed', 'rate_limited', 'quota');
select is(pg_temp.incidents(), 'none', 'nor its own quota');
select pg_temp.check_ends(3, 'failed', 'transient', 'nobody');
select is(pg_temp.incidents(), 'none', 'nor what fails on our side');
select pg_temp.check_ends(3, 'failed', 'transient');
select is(pg_temp.incidents(), 'none', 'nor a failure of a worker that does not report what it is about');
-- At this host, and just after an answer at another one.
select pg_temp.check_ends(6, 'answered'), pg_temp.check_ends(4, 'answered');
select pg_temp.nobody_answers(3);
select is(pg_temp.incidents(), 'none', 'while one organisation gets through, it is not the vendor');
select pg_temp.nobody_answers(1), pg_temp.check_ends(4, 'answered'), pg_temp.nobody_answers(2);
select is(pg_temp.incidents(), 'none', 'nor when it gets through again in the same minute');
update sync_scheduler.vendor_failures set failed_at = failed_at - interval '31 minutes';
select pg_temp.nobody_answers(1, 2);
select is(pg_temp.incidents(), 'none', 'nor is what is long ago');

select pg_temp.check_ends(2, 'failed', 'permanent', 'configuration'), pg_temp.nobody_answers(3);
select is(pg_temp.incidents(), 'none', 'nor the failure of an organisation that is refused by now');
-- Not by hand, and not at an address that tenants chose.
select pg_temp.asked_by_hand(2, 'failed', 'transient');
select is(pg_temp.incidents(), 'none', 'nor what a check finds that a person asked for');
update public.sync_integration_types set host = 'elsewhere.example' where code = 'webhook';
select pg_temp.nobody_answers(2, 3, 4);
select is(pg_temp.incidents(), 'none', 'nor what is met at an address that is not the type''s');
update public.sync_integration_types set host = 'hooks.example:8443' where code = 'webhook';
select pg_temp.nobody_answers(2, 3);
select is(pg_temp.incidents(), 'hooks.example:8443 3 open', 'three that meet it alike are one');
select is(pg_temp.incident_alerts(), 'critical 1 open', 'with one alert');
select is((select o.message from public.sync_vendor_incidents o),
  'Webhook (hooks.example:8443) cannot be reached by several organisations. Syncs try again by themselves.', 'in words');
select pg_temp.nobody_answers(4), pg_temp.nobody_answers(4);
select is(pg_temp.incidents(), 'hooks.example:8443 4 open', 'a fourth is counted');
select is(pg_temp.incident_alerts(), 'critical 1 open', 'and raises nothing');
select is((select count(*)::integer from public.sync_alerts a where a.kind = 'unhealthy' and a.integration_id = pg_temp.integration(4)), 0,
  'nor do its checks by themselves');

-- Each is asked at its own turn, and does not back off by itself.
select pg_temp.all_due();
update public.sync_integration_health set next_check_at = null where integration_id not in (select pg_temp.integration(n) from generate_series(1, 5) n);
select is(sync_scheduler.run_due_checks(), 5, 'checks go on as usual');
select is(sync_scheduler.run_due_checks(), 0, 'once at a turn');

-- An answer to what was asked before it began is none.
update public.sync_vendor_incidents set began_at = clock_timestamp();
select public.sync_worker_finish_probe(integration_id, token, 'answered') from (
  select pg_temp.integration(n) as integration_id, pg_temp.check_token('integration ' || n) as token,
    pg_temp.claim(pg_temp.check_token('integration ' || n), 'integration ' || n)
  from generate_series(1, 5) n, sync_scheduler.connection_checks p where p.integration_id = pg_temp.integration(n) and p.ended_at is null) t;
select is(pg_temp.incidents(), 'hooks.example:8443 4 open', 'what was asked before it began says nothing');
select pg_temp.asked_by_hand(2, 'answered');
select is(pg_temp.incidents(), 'hooks.example:8443 4 open', 'nor does an answer to a person');
update public.sync_integrations set health_check_interval = '1 day' where id <> pg_temp.integration(3);
insert into sync_scheduler.vendor_failures (integration_id, integration_type, host, failed_at)
select pg_temp.integration(n), 'webhook', 'hooks.example:8443', now() from generate_series(3, 4) n;
update public.sync_integration_health set consecutive_failures = 7, next_check_at = now() + interval '3 days'
where integration_id in (pg_temp.integration(3), pg_temp.integration(4));
select pg_temp.check_ends(2, 'answered');
select is(pg_temp.incidents(), 'hooks.example:8443 4 ended', 'an answer ends it');
select is(pg_temp.incident_alerts(), 'critical 1 resolved', 'and resolves the alert');
select results_eq($$ select h.consecutive_failures, h.next_check_at <= now() + interval '31 minutes', h.next_check_at < now() + interval '3 days'
  from public.sync_integration_health h join (values (pg_temp.integration(3), 1), (pg_temp.integration(4), 2)) v (id, n) on v.id = h.integration_id
  order by v.n $$, $$ values (0, true, true), (0, false, true) $$, 'those that met it are asked at their next turn, each at its own');
select pg_temp.nobody_answers(1, 3, 5);
select is(pg_temp.incidents() || ', ' || pg_temp.incident_alerts(),
  'hooks.example:8443 4 ended, hooks.example:8443 3 open, critical 1 resolved, critical 1 open', 'another time it is another');

update public.sync_integrations set config = '{"url": "https://moved.example"}' where id = pg_temp.integration(1);
select is((select count(*)::integer from sync_scheduler.vendor_failures where integration_id = pg_temp.integration(1)), 0,
  'who has moved has not met it there');
update public.sync_integrations set enabled = false;
select sync_scheduler.purge();
select is((select count(*)::integer from public.sync_vendor_incidents where ended_at is null), 1, 'one that was met within a day stays open');
update sync_scheduler.vendors set failed_at = now() - interval '25 hours';
insert into sync_scheduler.vendors (integration_type, host, failed_at) select 'xledger', v.host, now() from sync_scheduler.vendors v;
select sync_scheduler.purge();
select is((select count(*)::integer from public.sync_vendor_incidents where ended_at is null), 0, 'one that nothing has asked for a day is over');

-- Three guesses that good exports outrank: the vendor is there.
delete from sync_scheduler.vendor_failures;
update sync_scheduler.vendors set answered_at = null;
update public.sync_integration_health set last_success_at = now();
create function pg_temp.guess_fails(n integer) returns void language plpgsql as $$
begin
  perform sync_scheduler.post_checks(array[pg_temp.integration(n)], by_tick := true);
  perform pg_temp.claim(pg_temp.check_token('integration ' || n), 'integration ' || n);
  perform public.sync_worker_finish_probe(pg_temp.integration(n), pg_temp.check_token('integration ' || n), 'failed', 'transient',
    'any_code', 'In words.', 5, is_guess => true, blames => 'vendor');
end
$$;
select pg_temp.guess_fails(n) from generate_series(2, 5) n;
select is((select count(*)::integer from public.sync_vendor_incidents where ended_at is null), 0, 'guesses that good exports outrank are no incident');

select * from finish();
rollback;
