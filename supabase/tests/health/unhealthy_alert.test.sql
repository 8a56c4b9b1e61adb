begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
select plan(7);
create function pg_temp.unhealthy() returns text language sql as $$
  select coalesce(string_agg(concat_ws(' ', a.severity, a.count, case when a.resolved_at is null then 'open' else 'resolved' end), ', '
    order by a.first_seen_at, a.resolved_at nulls last), 'none') from public.sync_alerts a where a.kind = 'unhealthy'
$$;

select pg_temp.checked('failed', 'transient', 'away');
select is(pg_temp.unhealthy(), 'none', 'one failed check is no alert');
select pg_temp.checked('failed', 'ambiguous', 'away');
select is(pg_temp.unhealthy(), 'warning 1 open', 'two in a row are');
select is((select a.message from public.sync_alerts a where a.kind = 'unhealthy'), '2 connection checks in a row have failed. In words.',
  'in words');
select is((select a.details -> 'next_check_at' from public.sync_alerts a where a.kind = 'unhealthy'),
  (select to_jsonb(h.next_check_at) from public.sync_integration_health h where h.integration_id = sync_test.id('integration a')),
  'with the turn of its own next check');
select pg_temp.checked('failed', 'transient', 'away');
select is(pg_temp.unhealthy(), 'warning 2 open', 'further ones are counted');
select pg_temp.checked('reached');
select is(pg_temp.unhealthy(), 'warning 2 resolved', 'an answer resolves it');
select pg_temp.checked('failed', 'rate_limited', 'busy'), pg_temp.checked('failed', 'permanent', 'refused');
select is(pg_temp.unhealthy(), 'warning 2 resolved', 'to be slowed down or refused is another matter');

select * from finish();
rollback;
