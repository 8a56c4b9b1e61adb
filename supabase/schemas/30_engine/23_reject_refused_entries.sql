create or replace function sync_scheduler.reject_refused_entries(run public.sync_run_log) returns public.sync_run_log
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  rejected integer;
begin
  -- Only a first send is narrowed, and a batch that is refused as a whole leaves nothing: it goes back to pending.
  update public.sync_export_entries e set state = 'rejected', run_id = run.run_id,
    refused_at_first_send = e.decided_at is null, nothing_left = true
  -- By their ids, and the state as text: else a plan without statistics reads all that is pending.
  where e.entry_id = any (array(select r.entry_id from public.sync_export_entries r where r.refused_run_id = run.run_id))
    and e.state::text = 'pending';
  get diagnostics rejected = row_count;
  if rejected > 0 then
    update public.sync_run_log r set
      entries_failed = r.entries_failed + rejected,
      entries_total = greatest(r.entries_total, r.entries_done + r.entries_failed + rejected)
    where r.run_id = run.run_id
    returning * into strict run;
  end if;
  return run;
end;
$$;
revoke all on function sync_scheduler.reject_refused_entries(public.sync_run_log) from public, anon, authenticated, service_role;
comment on function sync_scheduler.reject_refused_entries(public.sync_run_log) is
  'Rejects the entries that were refused alone in this run, for the reasons that were given then, and counts them. Its caller has '
  'evidence that the external system takes other entries. Returns the run. The caller holds the run''s row lock.';
