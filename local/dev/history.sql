-- Development only: thirty days that the seeded organisation might have had, so that there is something to
-- look at. Plain rows, written past the engine: nothing here was exported. The same at every start, but for
-- the hour.
do $$
declare
  org constant uuid := '0a000000-0000-4000-8000-000000000001';
  coordinator constant uuid := '0b000000-0000-4000-8000-000000000002';
  rejecting uuid;
begin
  perform setseed(0.42);

  update public.sync_integrations i set schedule = s.schedule, time_zone = 'Europe/Oslo'
  from (values ('webhook', '0 6,10,14,18 * * 1-5'), ('xledger', '30 2 * * *'),
    ('dynamics', '15 7-17/2 * * 1-5')) s (integration_type, schedule)
  where i.org_id = org and i.integration_type = s.integration_type;

  create temporary table played on commit drop as
  select gen_random_uuid() as run_id, i.id as integration_id, i.integration_type, slot.at as slot,
    case
      when i.integration_type = 'xledger' and slot.at::date = current_date - 17 then 'failed'
      when i.integration_type = 'webhook' and slot.at::date
        between current_date - 12 and current_date - 11 then 'skipped'
      when chance.of_end < 0.03 then 'failed'
      when chance.of_end < 0.05 then 'skipped'
      else 'succeeded' end as status,
    case
      when i.integration_type = 'webhook' and slot.at::date
        between current_date - 12 and current_date - 11 then 'paused'
      else 'overlap' end as skip_reason,
    -- Most start within seconds; some wait for a cold start, and a few are late.
    case when chance.of_drift < 0.04 then 320 + 700 * random()
      when chance.of_drift < 0.12 then 4 + 50 * random()
      else 0.4 + 1.6 * random() end * interval '1 second' as drift,
    (5 + 40 * random() * random()) * interval '1 second' as took,
    (8 + 110 * random() * random())::integer as entries,
    chance.of_boot < 0.3 as cold
  from public.sync_integrations i
  cross join lateral sync_scheduler.cron_occurrences(
    i.schedule, i.time_zone, now() - interval '30 days', now() - interval '30 minutes', 1000) slot (at)
  cross join lateral (select random() + 0 * extract(epoch from slot.at), random(), random())
    chance (of_end, of_drift, of_boot)
  where i.org_id = org and i.schedule is not null;

  -- A person pressed the button now and then, too.
  create temporary table pressed on commit drop as
  select gen_random_uuid() as run_id, i.id as integration_id, i.integration_type,
    date_trunc('day', now()) - n * interval '1 day' + interval '11 hours'
      + random() * interval '2 hours' as at,
    (3 + 10 * random()) * interval '1 second' as took, (2 + 20 * random())::integer as entries
  from public.sync_integrations i, generate_series(1, 29, 3) n where i.org_id = org;

  -- The newest run of the webhook exported its entries but three.
  rejecting := (select p.run_id from played p where p.integration_type = 'webhook' and p.status = 'succeeded'
    order by p.slot desc limit 1);

  insert into public.sync_run_log (run_id, org_id, integration_id, integration_type, status, triggered_by,
    triggered_by_user_id, triggered_at, scheduled_for, deadline_at, started_at, finished_at, entries_total,
    entries_done, entries_failed, error_code, error_message, skip_reason)
  select run_id, org, integration_id, integration_type, status::public.sync_run_status,
    'schedule'::public.sync_run_trigger, null::uuid, slot, slot, slot + interval '6 hours',
    case when status <> 'skipped' then slot + drift end,
    case when status = 'skipped' then slot else slot + drift + took end,
    case when status = 'skipped' then 0 when run_id = rejecting then entries + 3 else entries end,
    case status when 'succeeded' then entries when 'failed' then entries / 3 else 0 end,
    case when run_id = rejecting then 3 else 0 end,
    case when status = 'failed' then 'vendor_unavailable' end,
    case when status = 'failed' then 'The external system answered 503 and did not recover in time.' end,
    case when status = 'skipped' then skip_reason::public.sync_skip_reason end
  from played
  union all
  select run_id, org, integration_id, integration_type, 'succeeded', 'manual', coordinator, at, null,
    at + interval '6 hours', at + interval '0.6 seconds', at + took, entries, entries, 0, null, null, null
  from pressed;

  insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, dispatched_at, claimed_at, boot_id,
    boot_ms, cold_start, first_vendor_byte_ms, lease_expires_at, ended_at, outcome, reported_outcome,
    error_class, error_code, error_message)
  select run_id, 1, decode(md5(run_id::text), 'hex'), triggered_at + (started_at - triggered_at) / 2,
    started_at, gen_random_uuid(), 90 + 120 * random(), random() < 0.3, 60 + 200 * random(), finished_at,
    finished_at,
    status::text::sync_scheduler.attempt_outcome, status::text,
    case when status = 'failed' then 'transient'::sync_scheduler.error_class end, error_code, error_message
  from public.sync_run_log where org_id = org and started_at is not null;

  update public.sync_integration_health h
  set status = 'healthy', since = now() - interval '9 days', checked_at = now() - interval '6 minutes',
    latency_ms = case i.integration_type when 'webhook' then 38 when 'xledger' then 184 else 412 end
  from public.sync_integrations i where i.id = h.integration_id and i.org_id = org;

  insert into public.sync_alerts (org_id, integration_id, integration_type, run_id, kind, severity, dedup_key,
    message, count, first_seen_at, last_seen_at, acknowledged_by, acknowledged_at, resolved_at)
  select org, p.integration_id, p.integration_type, p.run_id, 'drift'::public.sync_alert_kind,
    'warning'::public.sync_alert_severity, 'drift:' || p.run_id,
    'The sync of ' || to_char(p.slot at time zone 'Europe/Oslo', 'DD Mon HH24:MI') || ' started '
      || round(extract(epoch from p.drift) / 60) || ' minutes late.',
    1, p.slot + p.drift, p.slot + p.drift, null::uuid, null::timestamptz,
    p.slot + p.drift + interval '2 hours'
  from played p where p.drift > interval '5 minutes' and p.status = 'succeeded';

  -- What waits for a person: rejected entries, and one that the source contradicts. The alert about them is
  -- the product's own.
  update public.sync_export_entries e set state = 'rejected', sent_at = now() - interval '4 hours',
    run_id = rejecting,
    error_message = 'Account ' || (e.payload #>> '{lines,0,account}') || ' is closed for posting.'
  from public.sync_integrations i
  where i.id = e.integration_id and i.org_id = org and i.integration_type = 'webhook'
    and e.entry_key in ('expense-2026-00996', 'expense-2026-00997', 'expense-2026-00998');
  perform sync_scheduler.report_undecided(i.id, rejecting) from public.sync_integrations i
  where i.org_id = org and i.integration_type = 'webhook';
  update public.sync_export_entries e set state = 'exported', sent_at = now() - interval '2 days',
    exported_at = now() - interval '2 days', external_id = 'V-20117'
  from public.sync_integrations i
  where i.id = e.integration_id and i.org_id = org and i.integration_type = 'webhook'
    and e.entry_key = 'expense-2026-00999';
  perform public.add_sync_entries(org, 'webhook', jsonb_build_array(jsonb_build_object(
    'entry_key', e.entry_key, 'period', e.period, 'document_number', e.document_number,
    'payload', jsonb_set(e.payload, '{description}', '"Kurs i Tromsø, rettet"'))))
  from public.sync_export_entries e join public.sync_integrations i on i.id = e.integration_id
  where i.org_id = org and i.integration_type = 'webhook' and e.entry_key = 'expense-2026-00999';
end;
$$;
