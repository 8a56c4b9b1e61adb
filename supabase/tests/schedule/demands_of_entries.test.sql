begin;
\ir ../fixtures.psql
select plan(33);

create function pg_temp.configure(changes jsonb, type text default 'webhook') returns jsonb language sql as $$
  select (public.configure_integration_sync(sync_test.id('org a'), type, changes, 'The receiver takes orders')).config
$$;
create function pg_temp.wrong(changes jsonb, type text default 'webhook') returns text language plpgsql as $$
declare
  detail text;
begin
  perform pg_temp.configure(changes, type);
  return 'accepted';
exception when sqlstate 'PT422' then
  get stacked diagnostics detail = pg_exception_detail;
  return (detail::jsonb ->> 'field') || ' ' || (detail::jsonb ->> 'reason');
end
$$;
create function pg_temp.shown() returns jsonb language sql as $$
  select entry_rules from public.sync_overview(sync_test.id('org a')) where integration_type = 'webhook'
$$;
update public.sync_integrations set config = '{"url": "https://erp.example/"}' where id = sync_test.id('integration a');
insert into public.sync_integrations (org_id, integration_type) values (sync_test.id('org a'), 'xledger');

select sync_test.act_as('coordinator');
select throws_ok($$ select pg_temp.configure('{"payloads": "free"}') $$, 'PT403', 'not_authorized', 'a coordinator does not change what is demanded');
select is(pg_temp.shown(), '{}', 'the overview shows no rule that has its default');

select sync_test.act_as('admin');
select is(pg_temp.configure('{"payloads": "free", "period_rule": "free", "fiscal_year_ends": 6}'),
  '{"url": "https://erp.example/", "payloads": "free", "period_rule": "free", "fiscal_year_ends": 6}', 'an admin does, and the rest of config stays');
select sync_test.act_as('viewer');
select is(pg_temp.shown(), '{"payloads": "free", "period_rule": "free", "fiscal_year_ends": 6}', 'the overview shows it to every member');
select sync_test.act_as('owner');
select results_eq($$ select actor_id, action, reason, details from public.sync_audit_log $$,
  $$ values (sync_test.id('admin'), 'configure', 'The receiver takes orders', '{
    "before": {"payloads": null, "period_rule": null, "fiscal_year_ends": null},
    "after": {"payloads": "free", "period_rule": "free", "fiscal_year_ends": 6}}'::jsonb) $$, 'once, the audit log has who and why');

select sync_test.act_as('admin');
select is(pg_temp.configure('{"payloads": null, "period_rule": "posting_date", "fiscal_year_ends": null}'),
  '{"url": "https://erp.example/", "period_rule": "posting_date"}', 'null takes a rule out');
select is(pg_temp.configure('{"ignored_fields": {"line": ["note"]}}', 'xledger'), '{"ignored_fields": {"line": ["note"]}}', 'fields may be ignored');
select is(pg_temp.wrong('{"ignored_fields": {}}'), 'ignored_fields this integration type has no list of exported fields',
  'not for a webhook, whose connector would refuse to run with the key');
select is(pg_temp.wrong('{"ignored_fields": null}'), 'accepted', 'which may be taken out');
select is(pg_temp.wrong('{"payloads": "off"}'), 'payloads must be vouchers or free', 'a value that is none is refused');
select is(pg_temp.wrong('{"payloads": true}'), 'payloads must be vouchers or free', 'so is one of another kind');
select is(pg_temp.wrong('{"payloads": "free"}', 'xledger'), 'payloads every payload of this integration type is a voucher', 'for a ledger there is nothing to switch off');
select is(pg_temp.wrong('{"period_rule": "none"}'), 'period_rule must be posting_date or free', 'a period rule that is none is refused');
select is(pg_temp.wrong(jsonb_build_object('fiscal_year_ends', v)), 'fiscal_year_ends must be a month, 1 to 12', 'so is the month ' || v::text)
from jsonb_array_elements('[0, 13, 6.5, -1, "6", [6]]') v;
select is(pg_temp.wrong(jsonb_build_object('ignored_fields', v), 'xledger'),
  'ignored_fields must be {"voucher": [names], "line": [names]}, without what every voucher needs', 'so are the ignored fields ' || v::text)
from jsonb_array_elements('["employee", ["employee"], {"voucher": "employee"}, {"lines": []}, {"voucher": [7]}, {"line": ["account"]}, {"voucher": ["lines"]}]') v;

select is(pg_temp.wrong(jsonb_build_object('ignored_fields', jsonb_build_object('line', jsonb_build_array(repeat('x', 30000)))), 'xledger'),
  'ignored_fields must be {"voucher": [names], "line": [names]}, without what every voucher needs', 'and a list without end');

select sync_test.act_as('service_role');
select throws_ok($$ select public.connect_integration(sync_test.id('org a'), 'webhook', '{"payloads": "off"}') $$,
  'PT422', 'invalid_configuration', 'a backend that gives the whole config is refused likewise');
select sync_test.act_as('owner');
select throws_ok($$ update public.sync_integrations set config = '{"payloads": "off"}' where org_id = sync_test.id('org a') $$, '23514', null,
  'and the owner of the database');
delete from public.sync_audit_log;
update public.sync_integrations set config = config || '{"payloads": "free"}' where org_id = sync_test.id('org a') and integration_type = 'webhook';
update public.sync_integrations set config = config || '{"batch_size": 10}' where org_id = sync_test.id('org a') and integration_type = 'webhook';
insert into public.sync_integrations (org_id, integration_type, config) values (sync_test.id('org b'), 'dynamics', '{"period_rule": "free"}');
select results_eq($$ select action, details -> 'before', details -> 'after' from public.sync_audit_log order by audit_id $$,
  $$ values ('configure', '{"period_rule": "posting_date"}'::jsonb, '{"payloads": "free", "period_rule": "posting_date"}'::jsonb),
    ('configure', '{}', '{"period_rule": "free"}') $$, 'what it changes of the rules is audited, and nothing else');
select is(current_setting('sync_scheduler.configures', true), '', 'a refusal leaves no mark either');
select isnt(pg_temp.shown() ->> 'payloads', null, 'and the overview shows it');
select is(public.add_sync_entries(sync_test.id('org a'), 'webhook', '[{"entry_key": "free", "period": "2026-10", "document_number": "1",
  "payload": {"lines": [{"item": 7}]}}]') ->> 'added', '1', 'what is free is taken');

select * from finish();
rollback;
