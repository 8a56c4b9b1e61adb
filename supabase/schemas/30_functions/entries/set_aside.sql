-- Sets a batch of unknown outcome aside for the rest of the run, if the attempt that has just ended was the
-- run's last one for it. `batch_id`: the batch that has failed, or null when the connector sends no other
-- before its outcome is known. Returns whether it has: the run then goes on. The caller holds the run's lock.
create or replace function sync_scheduler.set_aside_batch(
  run public.sync_run_log, error_class sync_scheduler.error_class, batch_id uuid
) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if set_aside_batch.batch_id is null or set_aside_batch.error_class not in ('transient', 'ambiguous')
    or run.cancel_requested_at is not null or run.deadline_at <= now()
    -- Only when the last attempt has just been used up. If the next batch fails before anything gets through,
    -- more than max_attempts are used up, and the run fails.
    or (select f.burnt from sync_scheduler.count_failures(run) f) is distinct from (
      select i.max_attempts from public.sync_integrations i where i.id = run.integration_id)
  then
    return false;
  end if;
  update public.sync_export_entries e set set_aside_run_id = run.run_id
  where e.batch_id = set_aside_batch.batch_id and e.integration_id = run.integration_id
    and e.state = 'unknown';
  return found;
end;
$$;

-- What a person reads about the batches that the run has set aside. Null when none or others are open.
create or replace function sync_scheduler.set_aside_message(
  run public.sync_run_log, is_all_else_done boolean default true
) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  entries integer;
  batches integer;
  open_entries integer;
  batch uuid;
begin
  select count(*), count(distinct e.batch_id),
    count(*) filter (where e.set_aside_run_id is distinct from run.run_id),
    (array_agg(e.batch_id order by e.entry_id))[1]
  into entries, batches, open_entries, batch
  from public.sync_export_entries e
  where e.integration_id = run.integration_id and e.state in ('sending', 'unknown');
  if entries = 0 or open_entries > 0 then
    return null;
  end if;
  return format('Whether %s %s arrived is not known, and to repeat %s has not settled it%s. Look in the '
    'external system which of them it has, then settle them: settle_sync_entries, batch_id %s%s.',
    entries, case when entries = 1 then 'entry has' else 'entries have' end,
    case when batches = 1 then 'their batch' else format('their %s batches', batches) end,
    case when is_all_else_done then '; everything else is done' else '' end,
    batch, case when batches > 1 then ' and others' else '' end);
end;
$$;
