begin;
\ir ../fixtures.psql
\ir ../pause.psql
select plan(3);

update public.sync_integrations set run_deadline = '1 day';
-- What another integration waits for does not matter.
update public.sync_export_entries set state = 'unknown', batch_id = sync_test.id('batch of b'), sent_at = now(), unknown_since = now()
where integration_id = sync_test.id('integration b') and entry_key = 'entry 01';
create function pg_temp.refuse_all(blames text) returns text language plpgsql as $$
begin
  delete from public.sync_run_log;
  perform pg_temp.begin_run('running');
  -- Of the ten entries two were sent, and stay without an outcome.
  update public.sync_export_entries set state = 'unknown', batch_id = sync_test.id('batch'), sent_at = now(), unknown_since = now(),
    set_aside_run_id = (pg_temp.run()).run_id
  where integration_id = sync_test.id('integration a') and entry_key in ('entry 01', 'entry 02');
  perform public.sync_worker_finish(r.run_id, 1, sync_test.token(r.run_id), 'failed', 'permanent', 'refused', 'All were refused.',
    blames => blames) from pg_temp.run() r;
  return (select r.error_message from public.sync_run_log r where r.org_id = sync_test.id('org a'));
end
$$;
create function pg_temp.stuck() returns text language sql as $$
  select format('Whether 2 entries have arrived is not known, and to repeat their batch has not settled it. Look in the external system '
    'which of them it has, then settle them: settle_sync_entries, batch_id %s. ', sync_test.id('batch'))
$$;

select is(pg_temp.refuse_all('entry'), pg_temp.stuck() || 'All were refused.', 'a run that was refused names the batch that it has set aside, too');
select is(pg_temp.refuse_all('configuration'), 'All were refused.', 'but not when the refusal is about something else');
update public.sync_export_entries set state = 'pending', batch_id = null, unknown_since = null, set_aside_run_id = null
where entry_key in ('entry 01', 'entry 02');
delete from public.sync_run_log;
select pg_temp.begin_run('running');
select public.sync_worker_finish(r.run_id, 1, sync_test.token(r.run_id), 'failed', 'permanent', 'refused', 'All were refused.',
  blames => 'entry') from pg_temp.run() r;
select is((select r.error_message from public.sync_run_log r where r.org_id = sync_test.id('org a')), 'All were refused.', 'nor when there is none');

select * from finish();
rollback;
