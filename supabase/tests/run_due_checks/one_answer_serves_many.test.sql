begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
\ir ../vendor_incident.psql
select plan(16);

create function pg_temp.asked() returns text language sql as $$
  select coalesce(string_agg(n::text, ' ' order by n), 'none') from generate_series(1, 6) n
  where exists (select from sync_scheduler.connection_checks p where p.integration_id = pg_temp.integration(n) and p.ended_at is null)
$$;
create function pg_temp.due(variadic ns integer[]) returns void language sql as $$
  update public.sync_integration_health set next_check_at = now() - make_interval(secs => 10 - n)
  from unnest(ns) n where integration_id = pg_temp.integration(n)
$$;
create function pg_temp.next_in(n integer) returns numeric language sql as $$
  select round(extract(epoch from next_check_at - now()) / 60, 1) from public.sync_integration_health where integration_id = pg_temp.integration(n)
$$;
-- All were checked so long ago, with an answer.
create function pg_temp.answered(ago interval) returns void language plpgsql as $$
begin
  perform pg_temp.check_ends(n, 'answered') from generate_series(1, 6) n;
  update public.sync_integration_health set checked_at = now() - ago;
  update sync_scheduler.vendors set answered_at = now() - ago;
end
$$;

select pg_temp.due(1, 2, 3);
select is(sync_scheduler.run_due_checks(), 3, 'of whom nothing is known, each is asked');
select pg_temp.answered('5 minutes'), pg_temp.due(1, 2, 3, 6);
select is(sync_scheduler.run_due_checks(), 0, 'what another integration on the host has shown lately is not asked again');
select ok(pg_temp.next_in(n) between 7 and 23, 'and each has its next turn') from unnest(array[1, 2, 3]) n;

select pg_temp.answered('16 minutes'), pg_temp.due(1, 2, 3, 6);
select is(sync_scheduler.run_due_checks(), 2, 'when it is long ago, one on each host asks');
select is(pg_temp.asked(), '1 6', 'the one that is due first');
select is(pg_temp.next_in(2), 1.0, 'the others look again in a minute');
update sync_scheduler.connection_checks set requested_at = requested_at - interval '31 seconds';
select pg_temp.check_ends(1, 'answered'), pg_temp.due(2, 3);
select is(sync_scheduler.run_due_checks(), 0, 'and find its answer');
select pg_temp.answered('16 minutes'), pg_temp.nobody_answers(1), pg_temp.due(2, 3);
select is(sync_scheduler.run_due_checks(), 1, 'or that it had none, and one of them asks');

select pg_temp.answered('5 minutes'), pg_temp.due(1, 2);
update public.sync_integration_health set checked_at = now() - interval '721 minutes' where integration_id = pg_temp.integration(2);
select sync_scheduler.run_due_checks();
select is(pg_temp.asked(), '2', 'within half a day each has to show its own credentials');
delete from sync_scheduler.connection_checks;
select pg_temp.run_ends((pg_temp.press(2)).run_id, 'succeeded'), pg_temp.due(2);
select sync_scheduler.run_due_checks();
select is(pg_temp.asked(), 'none', 'which a run does as well');
select pg_temp.answered('5 minutes'), pg_temp.due(3);
update sync_scheduler.settings set own_check_interval = '0';
select sync_scheduler.run_due_checks();
select is(pg_temp.asked(), '3', 'or always, if it is set so');
update sync_scheduler.settings set own_check_interval = '12 hours';
select pg_temp.answered('5 minutes'), pg_temp.check_ends(4, 'failed', 'permanent'), pg_temp.due(3, 4);
update sync_scheduler.vendors set answered_at = now();
select sync_scheduler.run_due_checks();
select is(pg_temp.asked(), '4', 'no other answer fixes what was refused');
select pg_temp.answered('5 minutes'), pg_temp.nobody_answers(5), pg_temp.due(3);
select sync_scheduler.run_due_checks();
select is(pg_temp.asked(), '3', 'an older answer is worth nothing once another got none');

-- Two of a type without a host in common.
delete from sync_scheduler.connection_checks;
update public.sync_integrations set config = '{}' where id in (pg_temp.integration(1), pg_temp.integration(2));
select pg_temp.answered('5 minutes'), pg_temp.due(1, 2);
select sync_scheduler.run_due_checks();
select is(pg_temp.asked(), '1 2', 'who shares no host is asked each time');

select * from finish();
rollback;
