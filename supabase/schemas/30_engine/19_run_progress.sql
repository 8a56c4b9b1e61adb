create or replace function sync_scheduler.run_progress(run public.sync_run_log) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return jsonb_build_object(
    'cancel_requested', run.cancel_requested_at is not null,
    'entries_total', run.entries_total,
    'entries_done', run.entries_done,
    'entries_failed', run.entries_failed);
end;
$$;
revoke all on function sync_scheduler.run_progress(public.sync_run_log)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.run_progress(public.sync_run_log) is
  'What a worker is told of its run: counters of entries, and whether somebody asked to cancel.';
