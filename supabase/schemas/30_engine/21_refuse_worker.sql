create or replace function sync_scheduler.refuse_worker(run_id uuid, attempt integer, protocol integer) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  reason text := case when protocol < lower(sync_scheduler.worker_protocols()) then 'function_outdated'
    else 'schema_outdated' end;
  run public.sync_run_log;
  integration public.sync_integrations;
begin
  -- No error, which would take all of this back. As often as it takes, for no attempt and no dispatch is used up by it, and
  -- the deadline is for runs that could have run. But no run is pending for ever, whatever nobody mends.
  update public.sync_run_log r set
    notice = reason,
    deadline_at = greatest(r.deadline_at, least(now() + i.run_deadline, r.triggered_at + interval '7 days'))
  from public.sync_integrations i
  where r.run_id = refuse_worker.run_id and i.id = r.integration_id
  returning r.* into strict run;
  update sync_scheduler.run_attempts a set
    dispatch_count = 0,
    lease_expires_at = now() + (select s.claim_timeout * 2 from sync_scheduler.settings s)
  where a.run_id = run.run_id and a.attempt = refuse_worker.attempt;

  select * into strict integration from public.sync_integrations i where i.id = run.integration_id;
  perform sync_scheduler.raise_alert(integration, 'dispatch_failing', 'critical', null,
    'The sync function and the database are of releases that do not understand each other: syncs wait until both are up to date.',
    jsonb_build_object('reason', reason, 'function_protocol', protocol,
      'schema_protocols', sync_scheduler.worker_protocols()::text),
    run.run_id);
  return jsonb_build_object('refused', reason);
end;
$$;
revoke all on function sync_scheduler.refuse_worker(uuid, integer, integer)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.refuse_worker(uuid, integer, integer) is
  'Leaves the attempt of a worker whose protocol this schema does not understand unclaimed: its run waits, with a notice and an '
  'alert that the next claim resolves, and is dispatched again after twice settings.claim_timeout, for a week at most. The caller holds the run''s '
  'row lock. Returns refused: function_outdated or schema_outdated.';
