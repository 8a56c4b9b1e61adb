-- Every RPC of the scheduled path against every kind of caller.
begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(9);

create temporary table rpc (name text, call text);
grant select on rpc to anon, authenticated, service_role;
insert into rpc values
  ('configure', $$ select public.configure_integration_sync(sync_test.id('org a'), 'webhook', '{"max_attempts": 3}') $$),
  ('pause', $$ select public.pause_integration_sync(sync_test.id('org a'), 'webhook') $$),
  ('resume', $$ select public.resume_integration_sync(sync_test.id('org a'), 'webhook') $$),
  ('backfill', $$ select public.backfill_integration_sync(sync_test.id('org a'), 'webhook', now() - interval '2 hours', now()) $$),
  ('cancel backfill', $$ select public.cancel_integration_backfill(sync_test.id('org a'), 'webhook') $$),
  ('preview', $$ select public.preview_sync_schedule(sync_test.id('org a'), 'webhook') $$),
  ('explain', $$ select public.explain_sync_slots(sync_test.id('org a'), 'webhook', now() - interval '2 hours', now()) $$),
  ('status', $$ select public.sync_scheduler_status() $$),
  ('retry', $$ select public.retry_integration_sync(sync_test.id('failed run')) $$);

insert into public.sync_run_log (run_id, org_id, integration_id, integration_type, status, triggered_by, deadline_at, finished_at)
values (sync_test.id('failed run'), sync_test.id('org a'), sync_test.id('integration a'), 'webhook', 'failed', 'api', now(), now());

create function pg_temp.allowed(actor text) returns text[] language plpgsql as $$
declare
  allowed text[] := '{}';
  one record;
begin
  perform sync_test.act_as(actor);
  for one in select * from rpc order by name loop
    begin
      execute one.call;
      allowed := allowed || one.name;
    exception when sqlstate 'PT403' or sqlstate 'PT401' or insufficient_privilege then
      null;
    end;
    if one.name = 'retry' then
      perform sync_test.act_as('owner');
      delete from public.sync_run_log where status = 'pending';
      perform sync_test.act_as(actor);
    end if;
  end loop;
  perform sync_test.act_as('owner');
  return allowed;
end
$$;

select is(pg_temp.allowed('anon'), '{}', 'anon may nothing');
select is(pg_temp.allowed('stranger'), '{status}', 'who belongs nowhere sees that the scheduler lives');
select is(pg_temp.allowed('outsider'), '{status}', 'so does an admin of another organisation');
select is(pg_temp.allowed('viewer'), '{explain,preview,status}', 'a viewer reads');
select is(pg_temp.allowed('coordinator'), '{explain,preview,retry,status}', 'a coordinator retries, and configures nothing');
select is(pg_temp.allowed('admin'), '{backfill,"cancel backfill",configure,explain,pause,preview,resume,retry,status}', 'an admin may all');
delete from public.sync_audit_log;
select is(pg_temp.allowed('service_role'), '{backfill,"cancel backfill",configure,explain,pause,preview,resume,retry,status}',
  'so may the host''s backend');

select sync_test.act_as('viewer');
select isnt_empty($$ select from public.sync_audit_log $$, 'members read their audit log');
select sync_test.act_as('outsider');
select is_empty($$ select from public.sync_audit_log $$, 'and no one else''s');

select * from finish();
rollback;
