begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
\ir ../failed_run.psql
select plan(22);

select pg_temp.run(3, 0, 'failed', 'permanent');
select is(pg_temp.open(), 'run_failed critical 1', 'a run that is refused on its way raises one alert');
select is(pg_temp.health(), 'needs_attention refused In the run''s words.', 'and the integration needs attention');
select is((select a.details - 'last_entry_id' - 'scheduled_for' - 'triggered_by' from public.sync_alerts a), '{"error_code": "refused", "error_class": "permanent", "blames": "configuration",
  "error_message": "In the run''s words.", "attempts": 1, "entries_done": 3, "entries_total": 10}', 'with what is to be known');
select pg_temp.age();
select pg_temp.checked('answered');
select is(pg_temp.open(), 'run_failed critical 1', 'an answered check shows that the way is open, not that the entries are taken');
select is(pg_temp.health(), 'needs_attention refused In the run''s words.', 'nor that they will be');
select pg_temp.checked('reached');
select is(pg_temp.open() || ', ' || pg_temp.health(), 'run_failed critical 1, needs_attention refused In the run''s words.', 'still less one that is reached');

select pg_temp.deliver('{later}', '7.00');
create temporary table run as select pg_temp.start() as run_id;
select pg_temp.settle_next(run_id, 6, 'exported') from run;
select is(pg_temp.open(), 'run_failed critical 1', 'while one of what it left waits, the alert stays');
select pg_temp.settle_next(run_id, 1, 'exported') from run;
select is(pg_temp.open(), 'none', 'it ends with the last one, though one that came later waits');
select pg_temp.finish(run_id, 'succeeded') from run;
select is(pg_temp.health(), 'healthy', 'and what gets through is healthy');

-- Refused again, alone this time.
select pg_temp.deliver(array(select 'second ' || n from generate_series(1, 4) n), '7.00');
select pg_temp.run(0, 0, 'failed', 'transient');
select is(pg_temp.open() || ', ' || pg_temp.health(), 'run_failed critical 1, unhealthy refused In the run''s words.', 'a run whose attempts are used up leaves entries, too');
select pg_temp.age();
select pg_temp.checked('answered');
select is(pg_temp.open() || ', ' || pg_temp.health(), 'run_failed critical 1, degraded refused In the run''s words.',
  'then an answered check says degraded: it answers, and something waits');
select pg_temp.run(4, 1, 'succeeded');
select is(pg_temp.open(), 'run_failed critical 1, entries_need_decision warning 1', 'one of them is rejected: it is neither out nor decided');
select is(pg_temp.health(), 'healthy', 'the integration is healthy: something got through');
select pg_temp.checked('answered');
select is(pg_temp.health(), 'healthy', 'and stays so: the run that failed is not the newest news');
select pg_temp.settle('abandon', array(select entry_key from public.sync_export_entries where undecided));
select is(pg_temp.open(), 'none', 'a decision ends both');

-- Decided by hand, without any run.
select pg_temp.deliver('{third 1,third 2}', '7.00');
select pg_temp.run(0, 0, 'failed', 'permanent');
select pg_temp.settle('exported', '{third 1}');
select is(pg_temp.open(), 'run_failed critical 1', 'one of two is settled by hand');
select pg_temp.settle('exported', '{third 2}');
select is(pg_temp.open(), 'none', 'then the other');
select is(split_part(pg_temp.health(), ' ', 1), 'needs_attention', 'which shows nothing about the external system');
select pg_temp.checked('answered');
select is(pg_temp.health(), 'healthy', 'an answered check does: nothing waits that was refused');

-- What left nothing.
select pg_temp.run(0, 0, 'failed', 'permanent');
select pg_temp.deliver('{fourth}', '7.00');
select pg_temp.settle('exported', '{fourth}');
select is(pg_temp.open(), 'run_failed critical 1', 'a run that left nothing is not made good by other entries');
select pg_temp.run(0, 0, 'succeeded');
select is(pg_temp.open(), 'none', 'but by a run that succeeds');

-- In the index one neighbour is in front of it, the other behind it.
create temporary table own as select sync_scheduler.outstanding_entries(sync_test.id('integration a'))::text as entries;
insert into public.sync_integrations (id, org_id, integration_type) values
  ('00000000-0000-4000-8000-000000000000', sync_test.id('org b'), 'xledger'),
  ('ffffffff-ffff-4fff-bfff-ffffffffffff', sync_test.id('org b'), 'dynamics');
insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload, state, batch_id, sent_at, unknown_since)
select i.id, s.state, '2026-10', 'B-1', '{}', s.state::public.sync_entry_state, case when s.state <> 'pending' then gen_random_uuid() end,
  case when s.state <> 'pending' then now() end, case when s.state = 'unknown' then now() end
from public.sync_integrations i, unnest('{pending,sending,unknown}'::text[]) s (state)
where i.org_id = sync_test.id('org b') and i.integration_type in ('xledger', 'dynamics');
select is(sync_scheduler.outstanding_entries(sync_test.id('integration a'))::text, (select entries from own), 'what neighbours left is not its own');

select * from finish();
rollback;
