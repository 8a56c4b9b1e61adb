-- For a check that is a guess, as the webhook's is: it asks by HEAD, and entries go out by POST.
begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
\ir ../failed_run.psql
select plan(14);
create function pg_temp.guessed(class text, is_guess boolean default true) returns text language plpgsql as $$
begin
  perform pg_temp.age_check();
  perform sync_scheduler.post_checks(array[sync_test.id('integration a')]);
  perform pg_temp.claim(pg_temp.check_token());
  perform public.sync_worker_finish_probe(sync_test.id('integration a'), pg_temp.check_token(), 'failed', class, 'redirect',
    'In words.', 12, is_guess);
  return concat(split_part(pg_temp.health(), ' ', 1), ', ', pg_temp.open());
end
$$;

select is(pg_temp.guessed('permanent'), 'needs_attention, needs_attention critical 1', 'before anything has got through, a guess is all there is');
select pg_temp.run(1, 0, 'succeeded');
select is(pg_temp.health() || ', ' || pg_temp.open(), 'healthy, none', 'a good export is better news');
select is(pg_temp.guessed('permanent'), 'healthy, none', 'and stays it: the same check raises nothing');
select is(pg_temp.guessed('transient') || ', ' || pg_temp.guessed('transient'), 'healthy, none, healthy, none', 'nor does one that failed otherwise, however often');
select is((select h.consecutive_failures from public.sync_integration_health h where h.integration_id = sync_test.id('integration a')), 0,
  'it counts as no failure');
select ok((select h.checked_at > h.check_requested_at from public.sync_integration_health h
  where h.integration_id = sync_test.id('integration a')), 'but as an answer');
select is(pg_temp.guessed('permanent', false), 'needs_attention, needs_attention critical 1', 'a check that is no guess stays what it is');
select pg_temp.checked('answered');
select is(pg_temp.guessed('rate_limited'), 'degraded, none', 'to be asked to slow down is none');
select pg_temp.checked('answered');

select pg_temp.run(0, 0, 'failed', 'permanent');
select is(pg_temp.guessed('permanent'), 'needs_attention, run_failed critical 1', 'what a run has found since stays');
select is(pg_temp.health(), 'needs_attention refused In the run''s words.', 'in its words');
select pg_temp.run(1, 0, 'succeeded');

update public.sync_integration_health set last_success_at = now() - interval '30 days 23 hours';
select is(pg_temp.guessed('permanent'), 'healthy, none', 'a good export counts for a month');
update public.sync_integration_health set last_success_at = now() - interval '31 days 1 hour';
select is(pg_temp.guessed('permanent'), 'needs_attention, needs_attention critical 1', 'and no longer');
select pg_temp.run(1, 0, 'succeeded');
select is(pg_temp.guessed('permanent'), 'healthy, none', 'a new one does again');
update public.sync_integrations set config = '{"url": "https://other.example"}';
select is(pg_temp.guessed('permanent'), 'needs_attention, needs_attention critical 1', 'but not for another config');

select * from finish();
rollback;
