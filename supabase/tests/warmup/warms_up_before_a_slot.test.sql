begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(22);

-- The time of a slot may come at any second of a test, so the test sets its own.
create function pg_temp.slot_in(name text, ahead interval) returns void language sql as $$
  select pg_temp.make_due(name, now() + ahead)
$$;
create function pg_temp.sent() returns integer language sql as $$
  select count(*)::integer from net.http_request_queue q
  where convert_from(q.body, 'UTF8')::jsonb ->> 'kind' = 'warmup'
    -- This test's slots are whole seconds away; whatever else is queued belongs to others.
    and extract(microseconds from (convert_from(q.body, 'UTF8')::jsonb ->> 'scheduled_for')::timestamptz - now())::bigint
      % 1000000 = 0
$$;
delete from sync_scheduler.warmups;
select pg_temp.slot_in('integration b', '1 day');

select pg_temp.slot_in('integration a', '46 seconds');
select is(sync_scheduler.warm_up(), false, 'nothing is sent earlier than settings.warmup_lead');
select pg_temp.slot_in('integration a', '0 seconds');
select is(sync_scheduler.warm_up(), false, 'nor for a slot that has come');
select pg_temp.slot_in('integration a', '45 seconds');
update sync_scheduler.settings set function_url = null;
select is(sync_scheduler.warm_up(), false, 'nor without an address');
update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/', warmup_lead = '0 seconds';
select is(sync_scheduler.warm_up(), false, 'nor when warm-ups are off');
update sync_scheduler.settings set warmup_lead = '45 seconds';
update public.sync_integrations set enabled = false where id = sync_test.id('integration a');
select is(sync_scheduler.warm_up(), false, 'nor for an integration that is switched off');
update public.sync_integrations set enabled = true, paused_at = now(), resume_at = now() + interval '46 seconds'
where id = sync_test.id('integration a');
select is(sync_scheduler.warm_up(), false, 'nor for one that will be paused then');
select is(pg_temp.sent(), 0, 'so no request is queued');
select is_empty('select from sync_scheduler.warmups', 'and nothing is recorded');

update public.sync_integrations set resume_at = now() + interval '45 seconds' where id = sync_test.id('integration a');
select is(sync_scheduler.warm_up(), true, 'one whose pause ends by then is warmed up for');
select pg_temp.slot_in('integration b', '45 seconds');
select is(sync_scheduler.warm_up(), false, 'once, however often one looks and however many share the slot');
select is(pg_temp.sent(), 1, 'so there is one request');
select results_eq(
  $$ select w.scheduled_for, w.token_hash = sha256(convert_to(q.body ->> 'token', 'UTF8')),
       (q.body ->> 'scheduled_for')::timestamptz = w.scheduled_for, q.url, w.answered_at
     from sync_scheduler.warmups w
     join (select id, url, convert_from(body, 'UTF8')::jsonb as body from net.http_request_queue) q on q.id = w.request_id $$,
  $$ values (now() + interval '45 seconds', true, true, 'http://127.0.0.1:9/', null::timestamptz) $$,
  'which carries the slot and a token; only its hash is kept');
select is((select q.body -> 'token' from (select to_jsonb(w) as body from sync_scheduler.warmups w) q), null,
  'and never the token itself');

update public.sync_integrations set paused_at = null, resume_at = null where id = sync_test.id('integration a');
select pg_temp.slot_in('integration a', '20 seconds');
update sync_scheduler.settings set dispatch_timeout = '1 minute';
select is(sync_scheduler.warm_up(), true, 'another slot has a warm-up of its own');
select is((select q.timeout_milliseconds from net.http_request_queue q
  join sync_scheduler.warmups w on w.request_id = q.id order by q.id desc limit 1), 10000,
  'for which pg_net never waits until the slot');

-- Through the tick.
select pg_temp.slot_in('integration a', '30 seconds');
select sync_scheduler.tick();
select is(pg_temp.sent(), 3, 'a tick sends it');
select is((select errors from sync_scheduler.ticks where ticked_at = now() order by tick_id desc limit 1), null, 'without an error');
update sync_scheduler.settings set function_url = null;
select pg_temp.slot_in('integration a', '40 seconds');
select sync_scheduler.tick();
select is(pg_temp.sent(), 3, 'and not without an address');

-- What it costs.
update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/';
select pg_temp.slot_in(name, '1 hour') from unnest(array['integration a', 'integration b']) name;
create temporary table before as select * from pg_stat_xact_user_tables where relname = 'sync_integrations';
select sync_scheduler.warm_up();
select results_eq(
  $$ select a.seq_scan - b.seq_scan, a.idx_scan - b.idx_scan, a.idx_tup_fetch - b.idx_tup_fetch
     from pg_stat_xact_user_tables a, before b where a.relid = b.relid $$,
  $$ values (0::bigint, 1::bigint, 0::bigint) $$, 'with nothing due it costs one index probe and reads no row');

-- Retention.
update sync_scheduler.warmups set scheduled_for = scheduled_for - interval '7 days 1 minute'
where scheduled_for = now() + interval '45 seconds';
select sync_scheduler.purge();
select is((select count(*)::integer from sync_scheduler.warmups), 2, 'a warm-up is deleted with the ticks of its time');
select throws_ok($$ update sync_scheduler.settings set warmup_lead = '39 seconds' $$, '23514', null,
  'a lead after which some slots would have none is refused');
select throws_ok($$ update sync_scheduler.settings set warmup_lead = '61 seconds' $$, '23514', null,
  'and one after which the isolate would be retired');

select * from finish();
rollback;
