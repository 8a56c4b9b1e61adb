begin;
\ir ../fixtures.psql
select plan(11);
create function pg_temp.raise(severity text, incident timestamptz, message text, of_run uuid default null) returns boolean
language sql as $$
  select sync_scheduler.raise_alert(i, 'start_failed', severity::public.sync_alert_severity, incident, message, '{}', of_run)
  from public.sync_integrations i where i.id = sync_test.id('integration a')
$$;
create function pg_temp.age_alerts() returns void language sql as $$
  update public.sync_alerts set first_seen_at = first_seen_at - interval '1 hour', last_seen_at = last_seen_at - interval '1 hour'
$$;

select is(pg_temp.raise('warning', '2026-01-01', 'First.', sync_test.id('run 1')), true, 'an incident is new');
select pg_temp.age_alerts();
select is(pg_temp.raise('critical', '2026-01-01', 'Second.', sync_test.id('run 2')), false, 'and not new when it is seen again');
select is(pg_temp.raise('info', '2026-01-01', 'Third.'), false, 'however often');
select results_eq(
  $$ select count, severity::text, message, run_id, first_seen_at = now() - interval '1 hour', last_seen_at = now(), integration_type
     from public.sync_alerts $$,
  $$ values (3, 'critical', 'Third.', sync_test.id('run 2'), true, true, 'webhook') $$,
  'it is counted, keeps its beginning and the worst severity, and shows the newest');
select is(pg_temp.raise('warning', '2026-01-02', 'Another.'), true, 'another instant is another incident');

select is(sync_scheduler.resolve_alerts(sync_test.id('integration a'), '{drift}'), 0, 'other kinds are resolved by themselves');
select is(sync_scheduler.resolve_alerts(sync_test.id('integration b'), '{start_failed}'), 0, 'and other integrations');
select is(sync_scheduler.resolve_alerts(sync_test.id('integration a'), '{drift,start_failed}'), 2, 'once the cause is gone they are resolved');
select is(sync_scheduler.resolve_alerts(sync_test.id('integration a'), '{drift,start_failed}'), 0, 'once');
select is(pg_temp.raise('warning', '2026-01-01', 'Again.'), true, 'when it comes again');
select results_eq($$ select count, resolved_at is null from public.sync_alerts order by resolved_at, count desc $$,
  $$ values (3, false), (1, false), (1, true) $$, 'that is an alert of its own');

select * from finish();
rollback;
