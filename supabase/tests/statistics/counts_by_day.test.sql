begin;
\ir ../fixtures.psql
select plan(6);
create function pg_temp.ran(ended public.sync_run_status, triggered timestamptz, seconds integer, late integer default null)
returns void language sql as $$
  insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, triggered_at, scheduled_for,
    started_at, finished_at, skip_reason, deadline_at)
  values (sync_test.id('org a'), sync_test.id('integration a'), 'webhook', ended,
    case when late is null and ended <> 'skipped' then 'api' else 'schedule' end::public.sync_run_trigger, triggered,
    case when late is not null or ended = 'skipped' then triggered end,
    case when ended <> 'skipped' then triggered + make_interval(secs => coalesce(late, 0)) end,
    triggered + make_interval(secs => coalesce(late, 0) + seconds), case when ended = 'skipped' then 'overlap' end::public.sync_skip_reason, now())
$$;
select pg_temp.ran('succeeded', '2026-10-01T08:00Z', 10, 2), pg_temp.ran('succeeded', '2026-10-01T09:00Z', 20, 4),
  pg_temp.ran('failed', '2026-10-01T10:00Z', 40), pg_temp.ran('cancelled', '2026-10-01T11:00Z', 30),
  pg_temp.ran('skipped', '2026-10-01T12:00Z', 0), pg_temp.ran('cancelled', '2026-10-02T00:00Z', 1);

select sync_test.act_as('viewer');
select results_eq($$ select day, runs::integer, succeeded::integer, failed::integer, skipped::integer, success_rate from public.sync_statistics order by day $$,
  $$ values ('2026-10-01'::date, 4, 2, 1, 1, 0.6667), ('2026-10-02', 1, 0, 0, 0, null) $$,
  'runs by day and end; neither a cancelled run nor a skipped slot says how well it goes');
select results_eq($$ select p50_duration_seconds, round(p95_duration_seconds::numeric, 1), p50_drift_seconds, p95_drift_seconds
  from public.sync_statistics where day = '2026-10-01' $$,
  $$ values (25::double precision, 38.5, 3::double precision, 3.9::double precision) $$,
  'how long they took, and how late those that had a time started');
select is((select array_agg(distinct org_id) from public.sync_statistics), array[sync_test.id('org a')], 'of the own organisation');
-- A slot of that day that was made up for days later.
select sync_test.act_as('owner');
insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, triggered_at, scheduled_for, started_at, finished_at, deadline_at)
values (sync_test.id('org a'), sync_test.id('integration a'), 'webhook', 'succeeded', 'backfill', '2026-10-04T09:00Z', '2026-10-01T12:00Z', '2026-10-04T09:00Z',
  '2026-10-04T09:00Z', now());
select sync_test.act_as('viewer');
select results_eq($$ select day, slots::integer, max_seconds::integer from public.sync_drift_statistics $$, $$ values ('2026-10-01'::date, 2, 4) $$,
  'what was made up for is not late');
select sync_test.act_as('outsider');
select is_empty('select from public.sync_statistics', 'and of no other');
select sync_test.act_as('anon');
select throws_ok('select from public.sync_statistics', '42501', null, 'anon may not ask');

select * from finish();
rollback;
