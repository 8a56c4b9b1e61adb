-- A transaction is one message to Realtime, however many rows it changes: a purge deletes few published rows a call.
begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(8);
delete from public.sync_run_log;
delete from sync_scheduler.ticks;
delete from cron.job_run_details;

insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, deadline_at, finished_at)
select sync_test.id('org a'), sync_test.id('integration a'), 'webhook', 'succeeded', 'api', now(), now() - interval '91 days' - make_interval(secs => n)
from generate_series(1, 10000) n;
insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, lease_expires_at) select run_id, 1, '', now() from public.sync_run_log;
insert into public.sync_alerts (org_id, kind, severity, dedup_key, message, first_seen_at)
select sync_test.id('org a'), 'drift', 'info', n, '', now() - interval '366 days' from generate_series(1, 700) n;
insert into public.sync_vendor_incidents (integration_type, host, began_at, ended_at, affected, message)
select 'webhook', 'away.example', now() - interval '400 days', now() - interval '366 days', 2, 'Away.';
-- Not published: these need no such bound.
insert into sync_scheduler.ticks (ticked_at) select now() - interval '8 days' from generate_series(1, 3000);

create function pg_temp.published() returns bigint language sql volatile as $$
  select (select count(*) from public.sync_run_log) + (select count(*) from public.sync_alerts) + (select count(*) from public.sync_vendor_incidents)
$$;
create temporary table calls (number integer generated always as identity, published bigint, ticks bigint);
do $$
declare
  before bigint;
begin
  for n in 1..100 loop
    before := pg_temp.published();
    exit when sync_scheduler.purge() = 0;
    insert into calls (published, ticks) select before - pg_temp.published(), count(*) from sync_scheduler.ticks;
  end loop;
end
$$;
select is(pg_temp.published(), 0::bigint, 'a backlog of 10,000 runs and 701 other published rows is gone after enough calls');
select is((select count(*)::integer from sync_scheduler.run_attempts), 0, 'with its attempts');
select is((select max(published)::integer from calls), 500, 'no call deletes more than 500 published rows');
select is((select count(*)::integer from calls), 22, 'each call but the last deletes as many');
select is((select ticks::integer from calls where number = 1), 0, 'what is not published goes in the first call');

-- Rows that this transaction has written.
create function pg_temp.written() returns bigint language sql volatile as $$
  select sum(s.n_tup_ins + s.n_tup_upd + s.n_tup_del)::bigint from pg_stat_xact_user_tables s
$$;
create function pg_temp.idle_purge() returns bigint[] language plpgsql as $$
declare
  before bigint := pg_temp.written();
  purged integer := sync_scheduler.purge();
begin
  return array[purged, pg_temp.written() - before];
end
$$;
select is(pg_temp.idle_purge(), '{0,0}', 'with nothing to purge a call finds nothing and writes nothing');

insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, deadline_at, finished_at)
select sync_test.id('org a'), sync_test.id('integration a'), 'webhook', 'succeeded', 'api', now(), now() - interval '91 days' from generate_series(1, 501);
select is(sync_scheduler.purge(100000), 500, 'a larger batch_size does not raise the bound');
select is(sync_scheduler.purge(100000), 1, 'the next call goes on');

select * from finish();
rollback;
