begin;
\ir ../fixtures.psql
select plan(32);

create function pg_temp.given(key text, period text default '2026-10') returns jsonb language sql as $$
  select jsonb_build_object('entry_key', key, 'period', period, 'document_number', 'C-1', 'payload', '{"iban": "NO9386011117947"}'::jsonb)
$$;
create function pg_temp.add(variadic entries jsonb[]) returns jsonb language sql as $$
  select public.add_sync_entries(sync_test.id('org a'), 'webhook', to_jsonb(entries))
$$;
create function pg_temp.open_alert() returns public.sync_alerts language sql as $$
  select a from public.sync_alerts a where a.kind = 'entries_refused' and a.resolved_at is null
$$;
create function pg_temp.keys() returns text language sql as $$
  select string_agg(coalesce(r ->> 'entry_key', '-') || ' ' || (r ->> 'field'), ', ' order by r ->> 'entry_key')
  from jsonb_array_elements((pg_temp.open_alert()).details -> 'refused') r
$$;

select pg_temp.add(pg_temp.given('a'));
select is((select count(*) from public.sync_alerts), 0::bigint, 'a sound delivery raises nothing');
select pg_temp.add(pg_temp.given('a'), pg_temp.given('b', '13'), pg_temp.given('c', '13'));
select is((pg_temp.open_alert()).severity::text, 'warning', 'a refused entry raises an alert');
select is(pg_temp.keys(), 'b period, c period', 'with the keys and the fields');
select is((pg_temp.open_alert()).details #>> '{refused,0,reason}', (pg_temp.add(pg_temp.given('b', '13')) #>> '{refused,0,reason}'), 'and the reasons');
select matches((pg_temp.open_alert()).message, '^Delivered entries were refused and are not in the outbox: b \(period\), c \(period\)\. The source has to deliver them again',
  'in words, with the next step');
select is((select count(*) from public.sync_alerts), 1::bigint, 'refused again, it is the same alert');
select is((pg_temp.open_alert()).count, 2, 'which counts');
select unalike((pg_temp.open_alert())::text, '%NO9386%', 'and quotes no payload');
select pg_temp.add(pg_temp.given('d'));
select is(pg_temp.keys(), 'b period, c period', 'that others are taken does not close it');
select pg_temp.add(pg_temp.given('b'));
select is(pg_temp.keys(), 'c period', 'what is taken is no longer named');
select is((pg_temp.open_alert()).count, 2, 'and not counted as seen again');
select pg_temp.add(pg_temp.given('c'));
select is((pg_temp.open_alert()).alert_id, null, 'when all are taken it is resolved');
select is((select count(*) from sync_scheduler.refused_entries), 0::bigint, 'and nothing is remembered');

-- Content that is in the outbox already is accepted, too: the source has taken its change back.
select pg_temp.add(pg_temp.given('c', '13'));
select is(pg_temp.keys(), 'c period', 'a refused change of what waits raises it');
select pg_temp.add(pg_temp.given('c'));
select is((pg_temp.open_alert()).alert_id, null, 'the old content closes it');

-- A message about new keys, not about those that it has named.
select pg_temp.add(pg_temp.given('g', '13'));
update public.sync_alerts set news_at = now() - interval '2 hours' where kind = 'entries_refused';
update sync_scheduler.refused_entries set refused_at = now() - interval '3 hours';
select pg_temp.add(pg_temp.given('g', '13'));
select ok((pg_temp.open_alert()).news_at < now(), 'a key that is refused again is no news');
select pg_temp.add(pg_temp.given('g', '13'), pg_temp.given('h', '13'));
select ok((pg_temp.open_alert()).news_at > now(), 'another key is');
create temporary table news as select (pg_temp.open_alert()).news_at;
select pg_temp.add(pg_temp.given('i', '13'));
select is((pg_temp.open_alert()).news_at, (select news_at from news), 'once an hour');
select pg_temp.add(pg_temp.given('g'), pg_temp.given('h'), pg_temp.given('i'));

-- What can never be taken by its key is closed by an admin.
select pg_temp.add('"x"'::jsonb, pg_temp.given(repeat('k', 201)), pg_temp.given('e', '13'));
select is(pg_temp.keys(), 'e period, - entries', 'items without a key are one line');
create temporary table alert as select (pg_temp.open_alert()).alert_id;
grant select on alert to authenticated, service_role;
select pg_temp.add(pg_temp.given('e'));
select is(pg_temp.keys(), '- entries', 'which no later delivery closes');
select sync_test.act_as('coordinator');
select isnt((select (public.acknowledge_sync_alert(alert_id)).acknowledged_at from alert), null, 'a coordinator sees to it');
select is((select resolved_at from public.sync_alerts a join alert using (alert_id)), null, 'and it stays open');
select sync_test.act_as('admin');
select isnt((select (public.acknowledge_sync_alert(alert_id)).resolved_at from alert), null, 'an admin closes it');
select sync_test.act_as('owner');
select is((select count(*) from sync_scheduler.refused_entries), 0::bigint, 'and nothing is remembered');
select pg_temp.add(pg_temp.given('e', '13'));
select is(pg_temp.keys(), 'e period', 'refused later it is a new alert');
select sync_test.act_as('admin');
select public.acknowledge_sync_alert(alert_id) from alert;
select sync_test.act_as('owner');
select is(pg_temp.keys(), 'e period', 'which is not closed by acknowledging the old one');

-- All or none: the error is loud, and leaves nothing behind.
create function pg_temp.atomically() returns void language plpgsql as $$
begin
  perform public.add_sync_entries(sync_test.id('org a'), 'webhook', jsonb_build_array(pg_temp.given('f', '13')), atomic => true);
exception when sqlstate 'PT422' then null;
end
$$;
select pg_temp.atomically();
select is(pg_temp.keys(), 'e period', 'an atomic delivery that fails raises no alert');

-- Bounded.
select public.add_sync_entries(sync_test.id('org a'), 'webhook', (
  select jsonb_agg(pg_temp.given('many ' || n, '13')) from generate_series(1, 3000) n));
create function pg_temp.rows_read() returns bigint language sql volatile as $$
  select s.seq_tup_read + s.idx_tup_fetch from pg_stat_xact_user_tables s
  where s.relid = 'sync_scheduler.refused_entries'::regclass
$$;
create temporary table read_before as select pg_temp.rows_read() as n;
select public.add_sync_entries(sync_test.id('org a'), 'webhook', (
  select jsonb_agg(pg_temp.given('many ' || n)) from generate_series(1, 3000) n));
select is(pg_temp.keys(), 'e period', 'thousands of refused keys close it one by one');
select cmp_ok(pg_temp.rows_read() - (select n from read_before), '<', 30000::bigint,
  'and none is compared with all others');
insert into sync_scheduler.refused_entries (integration_id, entry_key, field, reason)
select sync_test.id('integration a'), 'more ' || n, 'period', 'It is wrong.' from generate_series(1, 9999) n;
select pg_temp.add(pg_temp.given('last 1', '13'), pg_temp.given('last 2', '13'));
select ok((select count(*) between 10000 and 10001 from sync_scheduler.refused_entries), 'ten thousand keys are remembered');
select is(jsonb_array_length((pg_temp.open_alert()).details -> 'refused'), 50, 'and fifty shown');
delete from sync_scheduler.refused_entries where entry_key like 'more %';
select pg_temp.add(pg_temp.given('last 1'), pg_temp.given('last 2'), pg_temp.given('e'));
select is(pg_temp.keys(), '- period', 'those beyond the bound keep it open');

select * from finish();
rollback;
