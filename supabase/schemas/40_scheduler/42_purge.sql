create or replace function sync_scheduler.purge(batch_size integer default 2000) returns integer
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
declare
  -- Realtime reads the changes of a transaction at once: 10,000 deleted rows stopped it for 11 to 19 s.
  most_published constant integer := 500;
  settings sync_scheduler.settings;
  purged integer;
  last_round integer;
begin
  select * into strict settings from sync_scheduler.settings;
  purged := sync_scheduler.purge_alerts(least(batch_size, most_published), settings);
  purged := purged + sync_scheduler.purge_runs(least(batch_size, most_published) - purged, settings);
  loop
    last_round := sync_scheduler.purge_records(batch_size, settings) + sync_scheduler.purge_job_details(batch_size, settings)
      + sync_scheduler.purge_payloads(batch_size, settings);
    purged := purged + last_round;
    exit when last_round = 0 or sync_scheduler.is_out_of_time();
  end loop;
  -- A vendor that nothing has asked for a day is used no longer: its incident would stay open for ever.
  perform sync_scheduler.end_incident(o.integration_type, o.host, 'infinity')
  from public.sync_vendor_incidents o
  where o.ended_at is null and not exists (
    select from sync_scheduler.vendors v
    where v.integration_type = o.integration_type and v.host = o.host and v.failed_at > now() - interval '1 day');
  return purged;
end;
$$;
revoke all on function sync_scheduler.purge(integer) from public, anon, authenticated, service_role;
comment on function sync_scheduler.purge(integer) is
  'Deletes what is older than the retention settings. Of what Realtime publishes (ended runs, alerts, incidents) at most 500 rows a '
  'call, runs with their attempts. Of ticks, warm-ups, messages of alert webhooks, the audit log and pg_cron''s records of our own '
  'jobs as much as 5 s allow, in batches of batch_size (2,000) of each kind. Redacts payloads older than retention_payload. Ends '
  'incidents of vendors that nothing has asked for a day. Returns how many rows; call it again until that is 0. Leaves locked rows '
  'to the next call.';
