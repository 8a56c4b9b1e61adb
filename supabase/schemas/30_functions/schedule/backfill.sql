-- What public.backfill_integration_sync does. For that function only.
create or replace function sync_scheduler.backfill_slots(
  org_id uuid, integration_type text, since timestamptz, until timestamptz, reason text) returns integer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  most constant integer := 1000;
  integration public.sync_integrations;
  known_since timestamptz := now() - (
    select least(s.retention_ended, s.retention_failed) from sync_scheduler.settings s);
  slots timestamptz[];
  added integer;
begin
  perform sync_scheduler.require_org_role(org_id, '{admin}');
  perform sync_scheduler.require_text('reason', reason);
  perform sync_scheduler.require_period(since, until);
  if until > now() then
    perform sync_scheduler.raise_error('invalid_period', '{"reason": "to is in the future"}');
  elsif since < known_since then
    perform sync_scheduler.raise_error('invalid_period', jsonb_build_object('earliest', known_since,
      'reason', 'older than what the run log keeps, so what ran then is not known'));
  end if;
  integration := sync_scheduler.lock_integration(org_id, integration_type);

  -- Every slot before next_run_at has its row, whatever the schedule was then. Later ones are the tick's.
  slots := array(select k.scheduled_for from public.sync_run_log k
    where k.integration_id = integration.id and k.scheduled_for >= since and k.scheduled_for < until
      and k.status = 'skipped' and not exists (
        select from public.sync_run_log r where r.integration_id = k.integration_id
          and r.scheduled_for = k.scheduled_for and r.status <> 'skipped')
    order by k.scheduled_for limit most + 1);
  if cardinality(slots) > most then
    perform sync_scheduler.raise_error('invalid_period', jsonb_build_object(
      'reason', 'more than 1000 slots', 'first_slots_end_before', slots[most + 1]));
  end if;

  insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by, requested_by)
  select integration.id, slot, 'backfill', sync_scheduler.caller_id() from unnest(slots) slot
  on conflict do nothing;
  get diagnostics added = row_count;
  if added > 0 then
    perform sync_scheduler.audit(integration, 'backfill', reason,
      jsonb_build_object('from', since, 'to', until, 'slots', added));
  end if;
  return added;
end;
$$;

-- In SQL for the names of its parameters, as explain_sync_slots. Definer, because no client may write the
-- machinery's tables. backfill_slots checks the caller first.
create or replace function public.backfill_integration_sync(
  org_id uuid, integration_type text, "from" timestamptz, "to" timestamptz, reason text default null
) returns integer
language sql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
  select sync_scheduler.backfill_slots(org_id, integration_type, "from", "to", reason);
$$;
revoke all on function public.backfill_integration_sync(uuid, text, timestamptz, timestamptz, text)
  from public, anon, authenticated, service_role;
comment on function public.backfill_integration_sync(uuid, text, timestamptz, timestamptz, text) is
$$Runs the skipped slots of a past period (`from` included, `to` not), whatever their reason.
Each slot has one run (`triggered_by` is `backfill`), in order, one at a time, the first at the next tick.
Slots of the schedule go first. Returns how many it added. A second call adds none. At most 1,000 slots, and
no further back than the run log keeps. For admins and the service role; audited with `reason`.

Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized, PT422 invalid_period,
PT422 unknown_integration_type, PT404 integration_not_found, PT422 reason_too_long, PT429 rate_limited.$$;

-- Definer, because no client may write the machinery's tables. The first statement checks the caller.
create or replace function public.cancel_integration_backfill(
  org_id uuid, integration_type text, reason text default null) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  integration public.sync_integrations;
  removed record;
begin
  perform sync_scheduler.require_org_role(org_id, '{admin}');
  perform sync_scheduler.require_text('reason', reason);
  -- The tick starts a queued slot under this lock, so a slot either waits or has its run.
  integration := sync_scheduler.lock_integration(org_id, integration_type);
  with d as (
    delete from sync_scheduler.queued_slots w
    where w.integration_id = integration.id and w.triggered_by = 'backfill' returning w.scheduled_for
  )
  select count(*)::integer as slots, min(d.scheduled_for) as first_slot, max(d.scheduled_for) as last_slot
  into strict removed from d;
  if removed.slots > 0 then
    perform sync_scheduler.audit(integration, 'cancel_backfill', reason, to_jsonb(removed));
  end if;
  return removed.slots;
end;
$$;
revoke all on function public.cancel_integration_backfill(uuid, text, text)
  from public, anon, authenticated, service_role;
comment on function public.cancel_integration_backfill(uuid, text, text) is
$$Takes back the backfills of the integration that have not begun.
Returns how many slots that were; a second call returns 0. The slots stay recorded as skipped and can be
backfilled later. A run that is active goes on: cancel it with `cancel_integration_sync`. For admins and the
service role; audited with `reason`.

Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized,
PT422 unknown_integration_type, PT404 integration_not_found, PT422 reason_too_long, PT429 rate_limited.$$;

-- Refuses a period that is incomplete, out of range, empty or too long (PT422 invalid_period, details:
-- reason).
create or replace function sync_scheduler.require_period(since timestamptz, until timestamptz) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  wrong text := case
    when since is null or until is null then 'from and to are needed'
    when not isfinite(since) or not isfinite(until) then 'from and to must be finite'
    -- Near its ends the calendar of Postgres has no next day, and no difference that fits.
    when least(since, until) < '1900-01-01Z' or greatest(since, until) > now() + interval '100 years'
      then 'from and to must be between 1900 and 100 years from now'
    when since >= until then 'from must be before to'
    when until - since > interval '366 days' then 'longer than 366 days' end;
begin
  if wrong is not null then
    perform sync_scheduler.raise_error('invalid_period', jsonb_build_object('reason', wrong));
  end if;
end;
$$;
