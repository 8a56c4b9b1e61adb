begin;
\ir ../fixtures.psql
select plan(2);

select sync_test.act_as('admin');
select public.pause_integration_sync(sync_test.id('org a'), 'webhook', 'Why.');
select sync_test.act_as('owner');
insert into public.sync_alerts (org_id, kind, severity, dedup_key, message)
values (sync_test.id('org a'), 'webhook_stopped', 'warning', 'x', 'Stopped.');
select isnt((select count(*)::integer from public.sync_audit_log where org_id = sync_test.id('org a')), 0, 'something is on record');
delete from public.organizations where id = sync_test.id('org a');
create function pg_temp.left_in() returns text[] language plpgsql as $$
declare
  found text[] := '{}';
  named regclass;
  is_left boolean;
begin
  for named in
    select c.oid from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
    where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'sync_scheduler'::regnamespace)
  loop
    execute format('select exists (select from %s where org_id = %L)', named, sync_test.id('org a')) into is_left;
    if is_left then
      found := found || named::text;
    end if;
  end loop;
  return found;
end
$$;
select is(pg_temp.left_in(), '{}', 'an organisation that is deleted leaves nothing in any table');

select * from finish();
rollback;
