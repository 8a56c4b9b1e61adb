begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
select plan(33);

create function pg_temp.asked() returns bigint language sql security definer as $$
  select count(*) from net.http_request_queue q, jsonb_array_elements(convert_from(q.body, 'UTF8')::jsonb -> 'probes')
$$;
create function pg_temp.make_check_due(name text default 'integration a') returns void language sql as $$
  update public.sync_integration_health set next_check_at = now() - interval '1 second' where integration_id = sync_test.id(name)
$$;
create function pg_temp.next_check() returns timestamptz language sql as $$
  select next_check_at from public.sync_integration_health where integration_id = sync_test.id('integration a')
$$;
-- A turn is a quarter of an hour and a twenty-fifth of it.
create function pg_temp.turns(later timestamptz, earlier timestamptz) returns numeric language sql as $$
  select round(extract(epoch from later - earlier) / 936, 6)
$$;
create function pg_temp.turn(name text) returns timestamptz language sql as $$
  select sync_scheduler.plan_check(jsonb_populate_record(i, jsonb_build_object('id', sync_test.id(name))))
  from public.sync_integrations i where i.id = sync_test.id('integration a')
$$;

select ok(pg_temp.next_check() between now() + interval '15 minutes' and now() + interval '31 minutes',
  'a new integration has an interval to be set up');
select is(pg_temp.turns(pg_temp.next_check(), pg_temp.turn('integration a')) % 1, 0.0,
  'its turns are at an offset of its own');
select ok((select count(*) between 200 and 300 from generate_series(1, 1000) n
  where pg_temp.turn('x' || n) < now() + interval '234 seconds'),
  'many are spread over the interval: a quarter in a quarter of it');
select is(sync_scheduler.run_due_checks(), 0, 'nothing is due, nothing is asked');
select pg_temp.make_check_due();
select sync_scheduler.tick();
select is((select t.errors from sync_scheduler.ticks t where t.ticked_at = now() order by t.tick_id desc limit 1), null, 'the tick does it');
select is(pg_temp.asked(), 1::bigint, 'what is due is asked');
select ok(pg_temp.next_check() between now() + interval '15 minutes' and now() + interval '31 minutes', 'and has its next turn');
select ok((select check_requested_at > checked_at or checked_at is null from public.sync_integration_health
  where integration_id = sync_test.id('integration a')), 'clients see that a check is under way');
select is(sync_scheduler.run_due_checks(), 0, 'once');
select pg_temp.make_check_due();
select is(sync_scheduler.run_due_checks(), 0, 'while it is open there is no second one');
select ok(pg_temp.next_check() > now(), 'but a next turn');

select pg_temp.claim(pg_temp.check_token());
select public.sync_worker_finish_probe(sync_test.id('integration a'), pg_temp.check_token(), 'answered', latency_ms => 7);
select is(pg_temp.health(), 'healthy', 'the answer counts like that to a person''s check');

-- Who is not asked.
update public.sync_integrations set paused_at = now() where id = sync_test.id('integration a');
select is(pg_temp.next_check(), null, 'a paused integration is not asked');
update public.sync_integrations set paused_at = null where id = sync_test.id('integration a');
select ok(pg_temp.next_check() > now(), 'one that is resumed is');
update public.sync_integrations set enabled = false where id = sync_test.id('integration a');
select is(pg_temp.next_check(), null, 'one that is switched off is not');
update public.sync_integrations set enabled = true, health_check_interval = null where id = sync_test.id('integration a');
select is(pg_temp.next_check(), null, 'nor one that shall not be');
select pg_temp.checked('failed', 'transient', 'x'), pg_temp.checked('failed', 'transient', 'x');
select is(pg_temp.next_check(), null, 'also after checks by hand have failed');
select throws_ok($$ update public.sync_integrations set health_check_interval = '14 minutes 59 seconds' $$, '23514', null,
  'no vendor is asked more often than every 15 minutes');
update public.sync_integrations set health_check_interval = '1 hour' where id = sync_test.id('integration a');
select ok(pg_temp.next_check() <= now() + interval '123 minutes', 'the interval may be longer');

create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
select sync_test.claim(run_id) from run;
select pg_temp.make_check_due();
select is(sync_scheduler.run_due_checks(), 0, 'while a run is under way there is nothing to ask');

-- Traffic is better news than a ping.
select pg_temp.make_check_due();
create temporary table batch as select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 5) as batch from run;
select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (batch ->> 'batch_id')::uuid, sync_test.results(batch, 'exported'))
from run, batch;
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'succeeded') from run;
select is(sync_scheduler.run_due_checks(), 0, 'a run that got through just now makes it pointless');
select ok(pg_temp.next_check() >= now() + interval '1 hour', 'for an interval');

-- A bounded number at a time, in requests of ten.
truncate net.http_request_queue;
with org as (insert into public.organizations (name) select 'Tenant ' || n from generate_series(1, 30) n returning id)
insert into public.sync_integrations (org_id, integration_type) select id, 'webhook' from org;
update public.sync_integration_health set next_check_at = now() - interval '1 hour' where org_id not in (sync_test.id('org a'), sync_test.id('org b'));
select pg_temp.make_check_due('integration b');
select is(sync_scheduler.run_due_checks(25), 25, 'a tick asks a bounded number');
select results_eq($$ select jsonb_array_length(convert_from(q.body, 'UTF8')::jsonb -> 'probes') from net.http_request_queue q order by 1 desc $$,
  $$ values (10), (10), (5) $$, 'ten in a request');
select is(sync_scheduler.run_due_checks(25), 6, 'the next one the rest');
select is((select count(distinct p.token_hash) from sync_scheduler.connection_checks p join public.sync_integrations i on i.id = p.integration_id
  where i.id <> sync_test.id('integration a')), 31::bigint, 'each under a token of its own');

update sync_scheduler.settings set function_url = null;
select pg_temp.make_check_due('integration b');
select is(sync_scheduler.run_due_checks(), 0, 'without a function nothing is asked');
prepare claim (jsonb) as select public.sync_worker_claim_probes($1);
select throws_ok($$ execute claim('[]') $$, 'PT422', 'invalid_worker_request', 'the function takes at least one');
select throws_ok($$ execute claim(null) $$, 'PT422', 'invalid_worker_request', 'of a list');
select throws_ok(format('execute claim(%L)', to_jsonb(array_fill('{}'::jsonb, array[51]))), 'PT422', 'invalid_worker_request', 'and 50 at most');
select is(jsonb_array_length(public.sync_worker_claim_probes(jsonb_agg(p) || jsonb_build_array(
    jsonb_build_object('integration_id', sync_test.id('integration a'), 'token', repeat('0', 64))))), 6,
  'what it cannot take stops none of the others')
from net.http_request_queue q, jsonb_array_elements(convert_from(q.body, 'UTF8')::jsonb -> 'probes') p
where q.id = (select max(id) from net.http_request_queue);
select throws_ok(format('execute claim(%L)', jsonb_agg(p)), 'PT409', 'already_claimed', 'and none of them twice')
from net.http_request_queue q, jsonb_array_elements(convert_from(q.body, 'UTF8')::jsonb -> 'probes') p
where q.id = (select max(id) from net.http_request_queue);

update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/';
update public.sync_integrations set health_check_interval = '1 day' where id = sync_test.id('integration b');
select pg_temp.make_check_due(n) from unnest('{integration a,integration b}'::text[]) n;
select sync_scheduler.run_due_checks();
select is((select array_agg(h.next_check_at > now() + interval '3 hours' order by i.health_check_interval)
  from public.sync_integration_health h join public.sync_integrations i on i.id = h.integration_id
  where i.id in (sync_test.id('integration a'), sync_test.id('integration b'))), '{f,t}', 'of two at once each gets its next turn by its own interval');

select * from finish();
rollback;
