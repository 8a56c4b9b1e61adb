-- What pg_net would refuse when a run is posted is refused when it is set.
begin;
\ir ../fixtures.psql
select plan(14);
create function pg_temp.set_url(url text) returns text language plpgsql as $$
begin
  update sync_scheduler.settings set function_url = url;
  return 'set';
exception when check_violation then
  return 'refused';
end
$$;

select is(pg_temp.set_url(url), 'set', coalesce(url, 'none')) from unnest(array[
  'https://abcdefghijklmnopqrst.supabase.co/functions/v1/integration-sync', 'http://127.0.0.1:54321/functions/v1/x?y=1',
  'http://host.docker.internal:54321', 'http://[::1]:54321/x', 'http://kong_1:8000/functions/v1/integration-sync', null
]) url;
select is(pg_temp.set_url(url), 'refused', url) from unnest(array[
  'https://<ref>.supabase.co/functions/v1/integration-sync', 'https://{ref}.supabase.co/x', 'https://a b/', 'abc.supabase.co/x',
  'ftp://abc.supabase.co/x', 'https:///x', 'https://abc.supabase.co:port/x'
]) url;

update sync_scheduler.settings set function_url = 'http://127.0.0.1:54321/functions/v1/x?y=1';
select lives_ok($$ select sync_test.trigger_as('coordinator') $$, 'what may be set can be posted to');
select * from finish();
rollback;
