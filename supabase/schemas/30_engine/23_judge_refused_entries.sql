create or replace function sync_scheduler.judge_refused_entries(run public.sync_run_log) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  refused integer;
  reason text;
begin
  select count(*), min(e.error_message) into refused, reason
  from public.sync_export_entries e where e.refused_run_id = run.run_id;
  if refused = 0 then
    return '{}'::jsonb;
  end if;
  -- Something was taken in this run; or there is nothing to compare a single entry with.
  if run.entries_done > 0 or (refused = 1 and not sync_scheduler.has_unresolved_entries(run.integration_id)) then
    return sync_scheduler.run_progress(sync_scheduler.reject_refused_entries(run));
  end if;
  return jsonb_build_object('refusal', coalesce(reason, ''));
end;
$$;
revoke all on function sync_scheduler.judge_refused_entries(public.sync_run_log) from public, anon, authenticated, service_role;
comment on function sync_scheduler.judge_refused_entries(public.sync_run_log) is
  'Says what becomes of the entries that were refused alone in this run, when no other entry waits. They are rejected if '
  'something was taken in this run, or if there is one and nothing else is open; returns the run''s progress. Else they stay '
  'pending, and refusal is a reason that was given. Returns an empty object when there are none. The caller holds the run''s '
  'row lock.';
