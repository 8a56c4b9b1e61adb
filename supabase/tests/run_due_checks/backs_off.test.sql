begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
select plan(11);

-- A check that fails; how long until the next, in quarters of an hour.
create function pg_temp.wait_after(outcome text default 'failed', class text default 'transient') returns numeric language plpgsql as $$
begin
  perform pg_temp.checked(outcome, case when outcome = 'failed' then class end, case when outcome = 'failed' then 'away' end);
  return (select extract(epoch from next_check_at - now()) / 900 from public.sync_integration_health
    where integration_id = sync_test.id('integration a'));
end
$$;
create function pg_temp.failures() returns integer language sql as $$
  select consecutive_failures from public.sync_integration_health where integration_id = sync_test.id('integration a')
$$;

select ok(w between 1 and 2.05, 'after one failure it is asked at its next turn') from pg_temp.wait_after() w;
select ok(w between 1.5 and 2, 'after two in a row the interval doubles') from pg_temp.wait_after() w;
select ok(w between 3 and 4, 'after three again') from pg_temp.wait_after() w;
select ok(w between 6 and 8, 'whatever it was that failed') from pg_temp.wait_after(class => 'permanent') w;
select ok(w between 12 and 16, 'and again') from pg_temp.wait_after() w;
select is(pg_temp.failures(), 5, 'they are counted');
update public.sync_integration_health set consecutive_failures = 1000;
select ok(w between 72 and 96, 'up to a day') from pg_temp.wait_after() w;
select ok((select count(distinct round(extract(epoch from sync_scheduler.plan_check(i, 9) - now()))) from public.sync_integrations i,
  generate_series(1, 20) where i.id = sync_test.id('integration a')) > 5, 'with jitter');
select ok(w between 1 and 2.05, 'a success resets it') from pg_temp.wait_after('reached') w;
select is(pg_temp.failures(), 0, 'to none');

select pg_temp.wait_after(), pg_temp.wait_after();
update public.sync_integrations set config = '{"url": "https://fixed.example/"}' where id = sync_test.id('integration a');
select ok(next_check_at <= now() + interval '31 minutes' and consecutive_failures = 0, 'so does a change, which may have fixed it')
from public.sync_integration_health where integration_id = sync_test.id('integration a');

select * from finish();
rollback;
