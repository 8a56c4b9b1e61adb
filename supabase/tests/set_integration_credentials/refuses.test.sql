begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
select plan(14);

-- Everything that an error says, as the server would log it; the credentials hold the word hemmelig.
create function pg_temp.refusal(who text, credentials jsonb, reason text default null, type text default 'webhook')
returns text language plpgsql as $$
declare
  code text;
  message text;
  detail text;
  hint text;
  context text;
begin
  perform sync_test.act_as(who);
  begin
    perform public.set_integration_credentials(sync_test.id('org a'), type, credentials, reason);
    message := 'stored';
  exception when others then
    get stacked diagnostics code = returned_sqlstate, message = message_text, detail = pg_exception_detail,
      hint = pg_exception_hint, context = pg_exception_context;
  end;
  perform sync_test.act_as('owner');
  return case when concat(message, detail, hint, context) like '%hemmelig%' then 'LEAK ' else '' end
    || concat_ws(' ', code, message);
end
$$;
create temporary table secrets as select count(*) as n from vault.secrets;

select is(pg_temp.refusal('anon', '{"token": "hemmelig"}'),
  '42501 permission denied for function set_integration_credentials', 'anon is refused');
select is(pg_temp.refusal(who, '{"token": "hemmelig"}'), 'PT403 not_authorized', 'a ' || who || ' is refused')
from unnest(array['stranger', 'outsider', 'viewer', 'coordinator']) who;
select is(pg_temp.refusal('admin', '["hemmelig"]'), 'PT422 invalid_credentials', 'a list is refused');
select is(pg_temp.refusal('admin', '"hemmelig"'), 'PT422 invalid_credentials', 'a text');
select is(pg_temp.refusal('admin', jsonb_build_object('token', repeat('hemmelig', 2048))), 'PT422 invalid_credentials',
  'more than 16 KiB');
select is(pg_temp.refusal('admin', '{"token": "hemmelig"}', type => 'dynamics'), 'PT404 integration_not_found',
  'what is not connected');
select is(pg_temp.refusal('admin', '{"token": "hemmelig"}', type => 'fax'), 'PT422 unknown_integration_type',
  'what does not exist');
select is(pg_temp.refusal('admin', '{"token": "hemmelig"}', repeat('x', 501)), 'PT422 reason_too_long', 'a long reason');
select is((select count(*) from vault.secrets), (select n from secrets), 'nothing was stored');
select is((select count(*)::integer from sync_scheduler.connection_checks) + (select count(*)::integer from public.sync_audit_log), 0,
  'and nothing started or written down');
select is(pg_temp.refusal('admin', '{"token": "hemmelig"}'), 'stored', 'what is right is stored');

select * from finish();
rollback;
