-- The rules themselves are compared with the worker's in tests/integration/parity.
-- Here is what the door does with them.
begin;
\ir ../fixtures.psql
select plan(38);

insert into public.sync_integrations (org_id, integration_type, config) values
  (sync_test.id('org a'), 'xledger', '{"ignored_fields": {"voucher": ["employee"]}}');

-- One new key an entry, so that its content is judged. Null: taken.
create sequence pg_temp.keys;
create function pg_temp.said(payload jsonb, period text default '2026-10', type text default 'webhook') returns text language sql as $$
  select (a -> 'refused' -> 0 ->> 'field') || ': ' || (a -> 'refused' -> 0 ->> 'reason')
  from public.add_sync_entries(sync_test.id('org a'), type, jsonb_build_array(jsonb_build_object(
    'entry_key', 'v-' || nextval('pg_temp.keys'), 'period', period, 'document_number', 'B-1', 'payload', payload))) a
$$;
create function pg_temp.lines(debit text, credit text) returns jsonb language sql as $$
  select jsonb_build_object('lines', jsonb_build_array(
    jsonb_build_object('account', '6860', 'debit', debit::jsonb), jsonb_build_object('account', '2910', 'credit', credit::jsonb)))
$$;
create function pg_temp.sound(extra jsonb default '{}') returns jsonb language sql as $$
  select pg_temp.lines('"103.27"', '"103.27"') || extra
$$;
create function pg_temp.refused(payload jsonb, field text, what text) returns text language sql as $$
  select alike(pg_temp.said(payload), field || ': %', what)
$$;

select is(pg_temp.said(pg_temp.sound()), null, 'a voucher that balances is taken, without a date and a currency');
select is(pg_temp.said('{"order": 7, "amount": 103.26, "currency": 578}'), null, 'a payload without lines is the receiver''s own affair');
select pg_temp.refused(pg_temp.lines('"103.27"', '103.26'), 'payload.lines[1].credit', 'an amount that is a number is refused');
select pg_temp.refused(pg_temp.lines('103.27', '103.27'), 'payload.lines[0].debit', 'so is one that balances');
select pg_temp.refused(pg_temp.lines('"103,27"', '"103,27"'), 'payload.lines[0].debit', 'or that has a decimal comma');
select pg_temp.refused(pg_temp.lines('"-1"', '"-1"'), 'payload.lines[0].debit', 'or that is negative');
select pg_temp.refused(pg_temp.lines('"1e2"', '"100"'), 'payload.lines[0].debit', 'or that has an exponent');
select pg_temp.refused(pg_temp.lines('"103.27"', '"103.26"'), 'payload.lines', 'a voucher that does not balance is refused');
select pg_temp.refused(pg_temp.lines('null', '"0"'), 'payload.lines[0]', 'so is a line without a side');
select pg_temp.refused('{"lines": [{"account": "1", "debit": "1", "credit": "1"}]}', 'payload.lines[0]', 'or with both');
select is(pg_temp.said('{"lines": [{"account": "1", "debit": "1.0", "credit": "0.00"}, {"account": "2", "debit": null, "credit": "1"}]}'),
  null, 'the side that is not meant may be zero or null');
select pg_temp.refused('{"lines": [{"debit": "0"}]}', 'payload.lines[0].account', 'a line without an account is refused');
select alike(pg_temp.said('{"lines": [{"account": 6860, "debit": "0"}]}'), 'payload.lines[0].account: % must be a text.', 'or whose account is a number');
select pg_temp.refused('{"lines": [{"account": "", "debit": "0"}]}', 'payload.lines[0].account', 'or empty');
select pg_temp.refused('{"lines": {}}', 'payload.lines', 'lines that are no list are refused');
select pg_temp.refused('{"lines": []}', 'payload.lines', 'so is an empty list');
select pg_temp.refused('{"lines": null}', 'payload.lines', 'so is null');
select pg_temp.refused(pg_temp.sound('{"currency": 578}'), 'payload.currency', 'so is a currency that is a number');
select pg_temp.refused(pg_temp.sound('{"posting_date": "2026-02-30"}'), 'payload.posting_date', 'so is a date that does not exist');
select pg_temp.refused(pg_temp.sound('{"due_date": "2026-02-30"}'), 'payload.due_date', 'whichever date it is');
select pg_temp.refused(pg_temp.sound('{"due_date": "0000-01-01"}'), 'payload.due_date', 'there is no year 0');
select pg_temp.refused(pg_temp.sound('{"posting_date": "2026-11-02"}'), 'payload.posting_date', 'so is a date outside the period');
select is(pg_temp.said('{"posting_date": "2026-11-02"}'), 'payload.posting_date: The voucher''s posting_date must lie in 2026-10.',
  'also without lines');
select is(pg_temp.said(pg_temp.sound('{"posting_date": "2026-10-31"}')), null, 'one in the period is taken');
select is(pg_temp.said(pg_temp.sound('{"posting_date": "2026-12-31"}'), '2026-13'), null, 'a thirteenth period is one, at the end of the year');
select alike(pg_temp.said(pg_temp.sound('{"posting_date": "2026-11-30"}'), '2026-13'), 'payload.posting_date: %', 'and not before');
select is(pg_temp.said(pg_temp.sound(), '2026-14'), 'period: The period must be written YYYY-MM, with a month from 01 to 13.', 'a fourteenth is none');

update public.sync_integrations set config = '{"fiscal_year_ends": 6}' where id = sync_test.id('integration a');
select is(pg_temp.said(pg_temp.sound('{"posting_date": "2026-06-30"}'), '2026-13'), null, 'unless the fiscal year ends in another month');
select alike(pg_temp.said(pg_temp.sound('{"posting_date": "2026-12-31"}'), '2026-13'), 'payload.posting_date: %', 'then December does not do');
update public.sync_integrations set config = '{"period_rule": "free"}' where id = sync_test.id('integration a');
select is(pg_temp.said(pg_temp.sound('{"posting_date": "2026-11-02"}')), null, 'the period rule can be switched off');
select pg_temp.refused(pg_temp.sound('{"posting_date": "2026-02-30"}'), 'payload.posting_date', 'which makes no day exist');
update public.sync_integrations set config = '{"payloads": "free"}' where id = sync_test.id('integration a');
select is(pg_temp.said(pg_temp.lines('1', '"x"')), null, 'payloads that are free may have any lines');

select alike(pg_temp.said(pg_temp.sound(), type => 'xledger'), 'payload.posting_date: % is missing.', 'a ledger needs a date');
select alike(pg_temp.said('{"order": 7}', type => 'xledger'), 'payload.posting_date: % is missing.', 'also without lines');
create function pg_temp.full(extra jsonb) returns jsonb language sql as $$
  select pg_temp.sound('{"posting_date": "2026-10-02", "currency": "NOK", "description": "Kurs", "employee": "Søren"}' || extra)
$$;
select is(pg_temp.said(pg_temp.full('{}'), type => 'xledger'), null, 'a whole voucher is taken, without what is ignored');
select is(pg_temp.said(pg_temp.full('{"cost_bearer": "secret"}'), type => 'xledger'),
  'payload.cost_bearer: The voucher''s cost_bearer is not exported: remove it, or list it in ignored_fields.', 'another field is refused by its name');
select alike(pg_temp.said(pg_temp.full(jsonb_build_object('lines', '[{"account": "1", "debit": "1", "departement": "Salg"}]'::jsonb
  || '[{"account": "2", "credit": "1"}]')), type => 'xledger'), 'payload.lines[0].departement: %', 'also of a line');
select unalike(public.add_sync_entries(sync_test.id('org a'), 'xledger', jsonb_build_array(jsonb_build_object('entry_key', 'x', 'period', '2026-10',
  'document_number', 'B-1', 'payload', pg_temp.full('{"currency": "hemmelig", "description": "hemmelig"}'))))::text, '%hemmelig%', 'no answer quotes a value');

select * from finish();
rollback;
