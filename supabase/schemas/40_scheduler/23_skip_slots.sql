create or replace function sync_scheduler.skip_slots(
  integration public.sync_integrations, slots timestamptz[], reason public.sync_skip_reason
) returns integer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  skipped integer;
  missed timestamptz[];
begin
  with written as (
    insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, scheduled_for,
      skip_reason, attempt, deadline_at, finished_at)
    select integration.org_id, integration.id, integration.integration_type, 'skipped', 'schedule', slot,
      coalesce(sync_scheduler.why_skip(integration, slot), skip_slots.reason), 0, now(), now()
    from unnest(slots) slot
    where not exists (
      select from public.sync_run_log r where r.integration_id = integration.id and r.scheduled_for = slot)
      and not exists (
        select from sync_scheduler.waiting_slots w where w.integration_id = integration.id and w.scheduled_for = slot)
    returning sync_run_log.scheduled_for, sync_run_log.skip_reason
  )
  select count(*), array_agg(w.scheduled_for order by w.scheduled_for) filter (where w.skip_reason = 'missed')
  into skipped, missed from written w;

  if missed is not null then
    perform sync_scheduler.raise_alert(integration, 'missed_slot', 'critical',
      -- One alert for a day, not one for each batch of a long absence.
      date_trunc('day', missed[1], 'UTC'),
      'The scheduler was away for so long that scheduled syncs were skipped.',
      jsonb_build_object('first_slot', missed[1], 'last_slot', missed[cardinality(missed)], 'slots', cardinality(missed)));
  end if;
  return skipped;
end;
$$;
revoke all on function sync_scheduler.skip_slots(public.sync_integrations, timestamptz[], public.sync_skip_reason)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.skip_slots(public.sync_integrations, timestamptz[], public.sync_skip_reason) is
  'Records slots that did not run, each as a row with its reason: what the integration''s settings say about it, else '
  'the given one. Missed ones raise an alert. A slot that has a row keeps it, and one that waits waits on. Returns how many rows it wrote. The caller holds the integration''s lock.';
