-- Definer, because no client may write the integrations. The first statement checks the caller.
create or replace function public.pause_integration_sync(
  org_id uuid, integration_type text, reason text default null, resume_at timestamptz default null
) returns public.sync_integrations
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  integration public.sync_integrations;
begin
  perform sync_scheduler.require_org_role(org_id, '{admin}');
  reason := sync_scheduler.require_text('reason', reason);
  if not isfinite(resume_at) or resume_at <= now() then
    perform sync_scheduler.raise_error('invalid_resume_at', jsonb_build_object('resume_at', resume_at));
  end if;
  integration := sync_scheduler.lock_integration(org_id, integration_type);
  if integration.resume_at <= now() then
    -- It does not count: this one begins now.
    perform sync_scheduler.end_pause(integration, 'pause_ended');
  end if;
  perform sync_scheduler.audit(integration, 'pause', reason, jsonb_build_object('resume_at', resume_at));
  update public.sync_integrations i set paused_at = coalesce(i.paused_at, now()),
    paused_by = sync_scheduler.caller_id(), pause_reason = pause_integration_sync.reason,
    resume_at = pause_integration_sync.resume_at
  where i.id = integration.id returning * into strict integration;
  return integration;
end;
$$;
revoke all on function public.pause_integration_sync(uuid, text, text, timestamptz)
  from public, anon, authenticated, service_role;
comment on function public.pause_integration_sync(uuid, text, text, timestamptz) is
$$Pauses the integration: presses are refused and slots are recorded as skipped.
Nothing more is sent: a worker finishes the batch that is on its way, and the active run waits (`notice`
`integration_paused`) and goes on after the pause. Its deadline does not run meanwhile; it can be cancelled.
The same holds for an integration with `enabled` false. A pause ends by itself at `resume_at`, if one is
given. Called again, it changes `reason` and `resume_at`. For admins and the service role; audited with
`reason`.

Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized, PT422 invalid_resume_at,
PT422 unknown_integration_type, PT404 integration_not_found, PT422 reason_too_long, PT429 rate_limited.$$;

-- Definer, because no client may write the integrations. The first statement checks the caller.
create or replace function public.resume_integration_sync(
  org_id uuid, integration_type text, reason text default null, paused_at timestamptz default null
) returns public.sync_integrations
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  integration public.sync_integrations;
begin
  perform sync_scheduler.require_org_role(org_id, '{admin}');
  perform sync_scheduler.require_text('reason', reason);
  integration := sync_scheduler.lock_integration(org_id, integration_type);
  -- A call that arrives late must not end a pause that it was not meant for.
  if integration.paused_at is null or integration.paused_at <> resume_integration_sync.paused_at then
    return integration;
  end if;
  return sync_scheduler.end_pause(integration, 'resume', reason);
end;
$$;
revoke all on function public.resume_integration_sync(uuid, text, text, timestamptz)
  from public, anon, authenticated, service_role;
comment on function public.resume_integration_sync(uuid, text, text, timestamptz) is
$$Ends the pause. Without a pause it changes nothing.
`paused_at` names the pause that is meant, as the row has it: another one stays, and the integration comes
back paused.
Slots that were skipped meanwhile stay skipped: see `backfill_integration_sync`. For admins and the service
role; audited with `reason`.

Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized,
PT422 unknown_integration_type, PT404 integration_not_found, PT422 reason_too_long, PT429 rate_limited.$$;

-- Clears pauses whose resume_at has passed. Triggers and slots do not wait for it: they read resume_at.
create or replace function sync_scheduler.end_pauses() returns void
language plpgsql set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
declare
  over uuid;
  ended public.sync_integrations;
begin
  for over in select i.id from public.sync_integrations i
    -- Not before every slot that fell into the pause has been recorded as such.
    where i.resume_at <= now() and coalesce(i.next_run_at >= i.resume_at, true) order by i.resume_at limit 500
  loop
    begin
      -- Locked and cleared in one subtransaction, see start_due_runs.
      select * into ended from public.sync_integrations i
      where i.id = over and i.resume_at <= now() for no key update skip locked;
      if found then
        perform sync_scheduler.end_pause(ended, 'pause_ended');
      end if;
    exception when others then
      -- Its run is locked, perhaps. The next tick tries again, and the others go on.
      raise warning 'sync_scheduler.end_pauses: integration %: % (%)', over, sqlerrm, sqlstate;
    end;
    exit when sync_scheduler.is_out_of_time();
  end loop;
end;
$$;

-- Clears a pause, and writes that down as action. The caller holds the integration's lock.
create or replace function sync_scheduler.end_pause(
  integration public.sync_integrations, action text, reason text default null
) returns public.sync_integrations
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- Without the pause's reason: another person gave it, and the record of the pause has it (erase_person).
  perform sync_scheduler.audit(integration, end_pause.action, end_pause.reason,
    jsonb_build_object('paused_at', integration.paused_at, 'resume_at', integration.resume_at));
  update public.sync_integrations i
  set paused_at = null, paused_by = null, pause_reason = null, resume_at = null
  where i.id = integration.id returning * into strict integration;
  return integration;
end;
$$;
