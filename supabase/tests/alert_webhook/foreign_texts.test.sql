-- Whatever is foreign in an alert reaches the text of its message defused.
-- tests/integration/security/foreign_text_test.ts has the forms.
begin;
\ir ../fixtures.psql
\ir ../alert_webhook.psql
select pg_temp.connect();
select pg_temp.configure('{"finished_runs": true}');
update public.sync_integrations set manual_cooldown = '0 seconds', max_attempts = 1;
select plan(6);

create function pg_temp.texts() returns text language sql as $$
  select string_agg(m.body ->> 'text', E'\n') from sync_scheduler.alert_messages m where m.body ->> 'type' <> 'webhook.configured'
$$;

-- A vendor's words, a key and a document number of the source.
update public.sync_export_entries set entry_key = 'key https://evil.example/key', document_number = 'no https://evil.example/number'
where integration_id = sync_test.id('integration a') and entry_key = 'entry 01';
create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
select sync_test.claim(run_id) from run;
create temporary table batch as select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 1) as b from run;
select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (b ->> 'batch_id')::uuid, jsonb_build_array(jsonb_build_object(
  'entry_key', b -> 'entries' -> 0 ->> 'entry_key', 'state', 'rejected', 'error', 'See https://evil.example/entry @here'))) from run, batch;
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'failed', 'permanent', 'refused', 'Log in at https://evil.example/vendor @channel') from run;
-- A delivery with hostile keys, and a person's reasons.
select sync_test.act_as('service_role');
select public.add_sync_entries(sync_test.id('org a'), 'webhook', '[{"entry_key": "https://evil.example/refused", "period": "https://evil.example/period",
  "document_number": "x", "payload": {}}]');
select sync_test.act_as('admin');
select public.settle_sync_entries(sync_test.id('org a'), 'webhook', '[{"entry_key": "key https://evil.example/key", "resolution": "abandon"}]',
  'because of https://evil.example/reason');
select public.pause_integration_sync(sync_test.id('org a'), 'webhook', 'https://evil.example/pause');
select sync_test.act_as('owner');
select sync_scheduler.raise_alert(i, 'needs_attention', 'critical', null, 'https://evil.example/check') from public.sync_integrations i
where i.id = sync_test.id('integration a');

select matches(pg_temp.texts(), 'Log in at https\[:\]//evil\[\.\]example/vendor @ channel', 'a vendor''s words are posted, defused');
select matches(pg_temp.texts(), 'https\[:\]//evil\[\.\]example/check', 'also those of a check');
select matches(pg_temp.texts(), 'run_failed|failed\]', 'of runs that end');
select ok((select count(*) >= 4 from sync_scheduler.alert_messages where body ->> 'type' <> 'webhook.configured'), 'each is posted');
select doesnt_match(pg_temp.texts(), '://|evil\.example|[^[:alnum:]]@[[:alnum:]]', 'no text has a link or a mention');
select is((select count(*)::integer from pg_proc p where p.prosrc ~ 'insert into sync_scheduler.alert_messages' and p.prosrc !~ 'message_text\('
  and p.proname <> 'configure_alert_webhook'), 0, 'whatever writes messages puts the text together there');

select * from finish();
rollback;
