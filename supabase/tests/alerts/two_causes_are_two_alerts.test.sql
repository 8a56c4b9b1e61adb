begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
\ir ../failed_run.psql
select plan(12);

select pg_temp.checked('failed', 'permanent', 'token_refused');
select is(pg_temp.open(), 'needs_attention critical 1', 'a check that is refused is one alert');
select pg_temp.run(0, 0, 'failed', 'transient', 'away');
select is(pg_temp.open(), 'run_failed critical 1, needs_attention critical 1', 'a run that fails raises its own while that is open');
select is(pg_temp.health(), 'needs_attention away In the run''s words.', 'needs_attention says more than unhealthy');
select pg_temp.run(0, 0, 'failed', 'permanent');
select is(pg_temp.open(), 'run_failed critical 2, needs_attention critical 1', 'as does one that is refused');
select pg_temp.checked('answered');
select is(pg_temp.open(), 'run_failed critical 2', 'an answered check ends what checks have found, not what runs have');
select is(pg_temp.health(), 'needs_attention refused In the run''s words.', 'and health says what the run found');
select pg_temp.checked('failed', 'permanent', 'refused');
select is(pg_temp.open(), 'run_failed critical 2', 'a check that finds the same fault adds no alert');
select pg_temp.checked('failed', 'permanent', 'token_refused');
select is(pg_temp.open(), 'run_failed critical 2, needs_attention critical 1', 'one that finds another does');
select pg_temp.run(3, 0, 'failed', 'permanent');
select is(pg_temp.open(), 'run_failed critical 3, needs_attention critical 1', 'a run that is refused in the end shows nothing good');
select pg_temp.run(7, 0, 'succeeded');
select is(pg_temp.open(), 'none', 'a run that gets everything out ends both');

select pg_temp.checked('failed', 'transient', 'away'), pg_temp.checked('failed', 'transient', 'away');
select pg_temp.run(0, 0, 'failed', 'rate_limited', 'quota');
select is(pg_temp.open(), 'unhealthy warning 1', 'a run that waits has not failed');
select is(split_part(pg_temp.health(), ' ', 1), 'degraded', 'it says that the vendor asks us to slow down');

select * from finish();
rollback;
