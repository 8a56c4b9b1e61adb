-- A run's entries are counted once, and up to 10,000: the time to count grows with the entries that wait.
begin;
\ir ../fixtures.psql
select plan(6);

create function pg_temp.add(n integer, in_state public.sync_entry_state default 'pending') returns void language sql as $$
  insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload, state, batch_id, unknown_since)
  select i.id, 'more ' || gen_random_uuid(), '2026-11', 'D', '{}', in_state,
    case when in_state = 'unknown' then gen_random_uuid() end, case when in_state = 'unknown' then now() end
  from public.sync_integrations i, generate_series(1, n) where i.id = sync_test.id('integration a')
$$;
create function pg_temp.waiting() returns integer language sql as $$
  select count(*)::integer from public.sync_export_entries
  where integration_id = sync_test.id('integration a') and state in ('pending', 'unknown')
$$;
-- What the worker of a new run learns. The run before it is over.
create function pg_temp.total() returns integer language plpgsql as $$
begin
  update public.sync_run_log set status = 'cancelled', finished_at = now() where status = 'running';
  return sync_test.claim(sync_test.trigger_as('coordinator')) -> 'entries_total';
end
$$;
update public.sync_integrations set manual_cooldown = '0';
update sync_scheduler.settings set least_cooldown = '0';

select pg_temp.add(10000 - pg_temp.waiting());
select is(pg_temp.total(), 10000, 'up to 10,000 the number is exact');
select pg_temp.add(1, 'unknown');
select is(pg_temp.total(), 10001, 'an entry of unknown outcome counts');
select pg_temp.add(1);
select is(pg_temp.total(), 10001, 'above 10,000 the number is a lower bound');

delete from public.sync_export_entries where entry_key like 'more %';
select is(pg_temp.total(), pg_temp.waiting(), 'a run with fewer entries has an exact number again');
create temporary table run as select run_id, entries_total from public.sync_run_log where status = 'running';
select pg_temp.add(5);
update public.sync_run_log set entries_done = 1 where status = 'running';
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'continued') from run;
select is(sync_test.claim(run_id, 2) -> 'entries_total', to_jsonb(entries_total), 'the next slice keeps the number') from run;
select is(pg_temp.total(), pg_temp.waiting(), 'and the next run counts anew');

select * from finish();
rollback;
