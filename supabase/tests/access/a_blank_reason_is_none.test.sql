-- A reason without a visible character is none, wherever one is optional.
begin;
\ir ../fixtures.psql
select plan(7);

select is(sync_scheduler.require_text('reason', blank), null, 'a blank reason is none')
from unnest(array['', '   ', E' \t\r\n']) blank;
select is(sync_scheduler.require_text('reason', ' Closing '), ' Closing ', 'another one is kept as it was given');

create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
grant select on run to public;
select sync_test.act_as('coordinator');
select is((select (public.cancel_integration_sync(run_id, '  ')).cancel_reason from run), null, 'of a cancelled run');
select sync_test.act_as('admin');
select is((public.pause_integration_sync(sync_test.id('org a'), 'webhook', '   ')).pause_reason, null, 'of a pause');
select public.configure_integration_sync(sync_test.id('org a'), 'webhook', '{"schedule": "0 4 * * *"}', '');
select sync_test.act_as('owner');
select results_eq('select distinct reason from public.sync_audit_log', 'select null::text', 'and in the audit log');

select * from finish();
rollback;
