-- Each setting of the installation and of an integration takes its whole range, also from the owner, and nothing outside it.
begin;
\ir ../fixtures.psql
\ir ../table_rules.psql
select plan(1);

create function pg_temp.set(name text, assignments text) returns text language sql as $$
  select case when name like 'settings%' then format('update sync_scheduler.settings set %s', assignments)
    else format('update public.sync_integrations set %s where id = %L', assignments, sync_test.id('integration a')) end
$$;

-- Settings with a range: the least and the most that they take, and what lies just outside.
create temporary table bound (name text, below text, least text, most text, above text);
insert into bound values
  ('settings.dispatch_timeout', '999 ms', '1 second', '1 minute', '60.001 seconds'),
  ('settings.claim_timeout', '999 ms', '1 second', '10 minutes', '600.001 seconds'),
  ('settings.max_dispatches', '0', $$1$$, '20', '21'),
  ('settings.lease_duration', null, null, '10 minutes', '600.001 seconds'),
  ('settings.heartbeat_interval', '999 ms', '1 second', null, null),
  ('settings.slice_duration', '999 ms', '1 second', '10 minutes', '600.001 seconds'),
  ('settings.retry_cap', '999 ms', '1 second', '1 day', '24:00:01'),
  ('settings.longest_wait', '59 seconds', '1 minute', '7 days', '7 days 1 second'),
  ('settings.max_active_per_type', '0', $$1$$, null, null),
  ('settings.max_active_per_org', '0', $$1$$, null, null),
  ('settings.drift_alert_after', '59 seconds', '1 minute', '7 days', '7 days 1 second'),
  ('settings.silent_after', '59 seconds', '1 minute', '1 day', '24:00:01'),
  ('settings.warmup_lead', '39.999 seconds', '40 seconds', '60 seconds', '60.001 seconds'),
  ('settings.warmup_lead', '-1 second', '0 seconds', '0 seconds', '1 second'),
  ('settings.check_timeout', '3.999 seconds', '4 seconds', '2 minutes', '120.001 seconds'),
  ('settings.check_cooldown', '-1 second', '0 seconds', '1 hour', '3600.001 seconds'),
  ('settings.least_cooldown', '-1 second', '0 seconds', '1 day', '24:00:01'),
  ('settings.presses_per_hour', '0', $$1$$, '10000', '10001'),
  ('settings.changes_per_hour', '0', $$1$$, '10000', '10001'),
  ('settings.incident_organisations', '1', $$2$$, '1000', '1001'),
  ('settings.incident_window', '59 seconds', '1 minute', '1 day', '24:00:01'),
  ('settings.passive_cooldown', '14 minutes 59 seconds', '15 minutes', '30 days', '30 days 1 second'),
  ('settings.retention_ended', '23:59:59', '1 day', '36500 days', '36500 days 1 second'),
  ('settings.retention_failed', '23:59:59', '1 day', '36500 days', '36500 days 1 second'),
  ('settings.retention_ticks', '23:59:59', '1 day', '36500 days', '36500 days 1 second'),
  ('settings.retention_payload', '23:59:59', '1 day', '36500 days', '36500 days 1 second'),
  ('settings.max_payload', '1023', $$1024$$, '16777216', '16777217'),
  ('settings.max_batch_bytes', '1023', $$1024$$, '16777216', '16777217'),
  ('sync_integrations.catchup_window', '4 minutes 59 seconds', '5 minutes', '30 days', '30 days 1 second'),
  ('sync_integrations.manual_cooldown', '-1 second', '0 seconds', '1 day', '24:00:01'),
  ('sync_integrations.max_attempts', '0', $$1$$, '100', '101'),
  ('sync_integrations.retry_base', '-1 second', '0 seconds', '1 day', '24:00:01'),
  ('sync_integrations.run_deadline', '59 seconds', '1 minute', '7 days', '7 days 1 second'),
  ('sync_integrations.health_check_interval', '14 minutes 59 seconds', '15 minutes', '1 day', '24:00:01');
select is_empty($$
  select b.name, v.value, v.expected, pg_temp.outcome(pg_temp.set(b.name, format('%I = %L', split_part(b.name, '.', 2), v.value))) as outcome
  from bound b, lateral (values (b.below, '23514'), (b.least, 'taken'), (b.most, 'taken'), (b.above, '23514')) v (value, expected)
  where v.value is not null
    and pg_temp.outcome(pg_temp.set(b.name, format('%I = %L', split_part(b.name, '.', 2), v.value))) is distinct from v.expected
$$, 'a setting takes its whole range and nothing outside it');

select * from finish();
rollback;
