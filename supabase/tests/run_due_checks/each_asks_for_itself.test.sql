begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
\ir ../vendor_incident.psql
select plan(4);

create function pg_temp.due(variadic ns integer[]) returns void language sql as $$
  update public.sync_integration_health set next_check_at = now() from unnest(ns) n where integration_id = pg_temp.integration(n)
$$;
create function pg_temp.wait() returns interval language sql as $$
  select min(h.next_check_at - now()) from public.sync_integration_health h
  where h.integration_id in (pg_temp.integration(1), pg_temp.integration(2), pg_temp.integration(3))
$$;

select pg_temp.due(1, 2, 3);
select is(sync_scheduler.run_due_checks(), 3, 'each integration whose turn it is gets a check');
select ok(pg_temp.wait() >= interval '15 minutes', 'and the next one not before 15 minutes later');
select pg_temp.check_ends(n, 'answered') from generate_series(1, 3) n;
select ok(pg_temp.wait() >= interval '15 minutes', 'which an answer does not bring nearer');
select pg_temp.due(1, 2);
select is(sync_scheduler.run_due_checks(), 2, 'the answers that others get on the same host do not replace it');

select * from finish();
rollback;
