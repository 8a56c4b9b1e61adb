-- No run lives for ever: whatever its vendor says, its deadline moves by no more than settings.longest_wait.
begin;
\ir ../fixtures.psql
\ir ../pause.psql
select plan(4);

update public.sync_integrations set run_deadline = '6 hours', max_attempts = 100;
update sync_scheduler.settings set longest_wait = '3 hours';
select setseed(0.5);

-- Runs that fail again and again, each failure with a hint drawn at random, until they have ended.
create function pg_temp.longest_life(runs integer) returns interval language plpgsql as $$
declare
  longest interval := '0';
  last public.sync_run_log;
  class text;
begin
  for number in 1..runs loop
    delete from public.sync_run_log;
    perform pg_temp.begin_run('running');
    loop
      class := (array['rate_limited', 'rate_limited', 'transient', 'ambiguous'])[1 + floor(random() * 4)];
      perform pg_temp.finish('failed', class, (array[0, random() * 120, random() * 7200, random() * 20000])[1 + floor(random() * 4)]::numeric);
      select * into last from public.sync_run_log r where r.org_id = sync_test.id('org a');
      longest := greatest(longest, last.deadline_at - last.triggered_at);
      exit when last.finished_at is not null;
      update public.sync_run_log set next_attempt_at = now() where finished_at is null;
      perform sync_scheduler.recover_runs();
      perform sync_test.claim(last.run_id, last.attempt + 1);
    end loop;
  end loop;
  return longest;
end
$$;
create temporary table life as select pg_temp.longest_life(20) as longest;
select ok((select longest > interval '6 hours' from life), 'what the vendor asks for moves the deadline');
select ok((select longest <= interval '9 hours' from life), 'by at most the longest wait');
select is((select error_code from public.sync_run_log where org_id = sync_test.id('org a')), 'vendor_quota_exhausted',
  'beyond, the run fails');

-- An organisation's wait is not another's.
delete from public.sync_run_log;
select sync_test.act_as('service_role');
create temporary table other as select run_id from public.trigger_integration_sync(sync_test.id('org b'), 'webhook');
select sync_test.act_as('owner');
select pg_temp.begin_run('running');
update sync_scheduler.run_attempts a set ended_at = now(), outcome = 'failed', retry_after = '3 hours'
from other o where a.run_id = o.run_id;
select pg_temp.finish('failed', 'rate_limited', 600);
select is((pg_temp.run()).status, 'pending', 'a wait counts for its own run alone');

select * from finish();
rollback;
