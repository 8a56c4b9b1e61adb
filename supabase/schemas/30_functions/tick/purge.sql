-- Deletes what is older than the retention settings, in batches of batch_size of each kind, for 5 s. It
-- deletes at most 500 rows a call of what Realtime publishes: ended runs (with their attempts, not their
-- entries), alerts, incidents. Redacts payloads older than retention_payload. Returns how many rows; call it
-- again until that is 0. A locked row stays for the next call. A kind that fails stays, with a warning.
create or replace function sync_scheduler.purge(batch_size integer default 2000) returns integer
language plpgsql set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
declare
  -- Realtime reads the changes of a transaction at once: 10,000 deleted rows stopped it for 11 to 19 s.
  published_left integer := least(batch_size, 500);
  settings constant sync_scheduler.settings := (select s from sync_scheduler.settings s);
  purged integer := 0;
  last_round integer;
  kind text;
  deleted integer;
begin
  loop
    last_round := sync_scheduler.purge_payloads(batch_size, settings);
    foreach kind in array array['incidents', 'alerts', 'runs', 'ticks', 'warm-ups', 'messages', 'audit log',
      'records of jobs'] loop
      begin
        case kind
        when 'incidents' then
          delete from public.sync_vendor_incidents where incident_id = any (array(
            select o.incident_id from public.sync_vendor_incidents o
            where o.ended_at < now() - settings.retention_failed
            order by o.ended_at limit published_left for update skip locked));
        when 'alerts' then
          delete from public.sync_alerts where alert_id = any (array(
            select o.alert_id from public.sync_alerts o
            where o.first_seen_at < now() - settings.retention_failed
              -- These are resolved by what becomes of the entries, however long that takes.
              and (o.resolved_at is not null or o.kind not in ('run_failed', 'entries_need_decision'))
            order by o.first_seen_at limit published_left for update skip locked));
        when 'runs' then
          delete from public.sync_run_log where run_id = any (array(
            select o.run_id from unnest(enum_range(null::public.sync_run_status)) s, lateral (
              select f.run_id from public.sync_run_log f where f.status = s and f.finished_at < now()
                - case when s = 'failed' then settings.retention_failed else settings.retention_ended end
              order by f.finished_at limit published_left for update skip locked) o limit published_left));
        when 'ticks' then
          delete from sync_scheduler.ticks where tick_id = any (array(
            select o.tick_id from sync_scheduler.ticks o where o.ticked_at < now() - settings.retention_ticks
            order by o.ticked_at limit batch_size for update skip locked));
        when 'warm-ups' then
          delete from sync_scheduler.warmups where scheduled_for = any (array(
            select o.scheduled_for from sync_scheduler.warmups o
            where o.scheduled_for < now() - settings.retention_ticks
            order by o.scheduled_for limit batch_size for update skip locked));
        when 'messages' then
          delete from sync_scheduler.alert_messages where number = any (array(
            select o.number from sync_scheduler.alert_messages o
            where o.created_at < now() - settings.retention_ticks
            order by o.created_at limit batch_size for update skip locked));
        when 'audit log' then
          delete from public.sync_audit_log where audit_id = any (array(
            select o.audit_id from public.sync_audit_log o
            where o.created_at < now() - settings.retention_failed
            order by o.created_at limit batch_size for update skip locked));
        when 'records of jobs' then
          -- pg_cron never purges its log. The records of other jobs are their owners'. A run that a restart
          -- of the server ended has no end_time.
          delete from cron.job_run_details where runid = any (array(select o.runid from cron.job_run_details o
            where o.jobid in (select j.jobid from cron.job j where j.jobname like 'sync-scheduler-%')
              and coalesce(o.end_time, o.start_time) < now() - settings.retention_ticks
            order by o.runid limit batch_size));
        end case;
        get diagnostics deleted = row_count;
        last_round := last_round + deleted;
        if kind in ('incidents', 'alerts', 'runs') then
          published_left := published_left - deleted;
        end if;
      exception when others then
        -- An entry of a run may be locked: the next call tries again.
        raise warning 'sync_scheduler.purge: %: % (%)', kind, sqlerrm, sqlstate;
      end;
    end loop;
    purged := purged + last_round;
    exit when last_round = 0 or sync_scheduler.is_out_of_time();
  end loop;
  -- A vendor that no integration has asked for a day is not in use: its incident would stay open for ever.
  update public.sync_vendor_incidents o set ended_at = now()
  where o.ended_at is null and not exists (
    select from sync_scheduler.vendors v where v.integration_type = o.integration_type and v.host = o.host
      and v.failed_at > now() - interval '1 day');
  return purged;
end;
$$;
