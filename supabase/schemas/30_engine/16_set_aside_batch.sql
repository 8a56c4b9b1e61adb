create or replace function sync_scheduler.set_aside_batch(
  run public.sync_run_log, error_class sync_scheduler.error_class, batch_id uuid
) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  burnt integer;
  max_attempts integer;
begin
  if set_aside_batch.batch_id is null or set_aside_batch.error_class not in ('transient', 'ambiguous')
    or run.cancel_requested_at is not null or run.deadline_at <= now()
  then
    return false;
  end if;
  select f.burnt into burnt from sync_scheduler.count_failures(run) f;
  select i.max_attempts into max_attempts from public.sync_integrations i where i.id = run.integration_id;
  -- Once for each exhaustion: when the next batch fails as well, before anything got through, the run fails.
  if burnt is distinct from max_attempts then
    return false;
  end if;
  update public.sync_export_entries e set set_aside_run_id = run.run_id
  where e.batch_id = set_aside_batch.batch_id and e.integration_id = run.integration_id and e.state = 'unknown';
  return found;
end;
$$;
revoke all on function sync_scheduler.set_aside_batch(public.sync_run_log, sync_scheduler.error_class, uuid)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.set_aside_batch(public.sync_run_log, sync_scheduler.error_class, uuid) is
  'Sets a batch of unknown outcome aside for the rest of the run, if the attempt that has just ended was the last one that the '
  'run has for it. batch_id: the batch that has failed, or null when the connector sends no other before its outcome is known. '
  'Returns whether it has: the run then goes on with other entries. The caller holds the run''s row lock.';
