-- Definer, because the machinery says what the button would answer. The first statement checks the caller.
create or replace function public.sync_overview(org_id uuid) returns table (
  integration_id uuid, integration_type text, type_name text, enabled boolean,
  paused_at timestamptz, pause_reason text, resume_at timestamptz,
  schedule text, time_zone text, next_run_at timestamptz,
  health_status public.sync_health_status, health_since timestamptz, last_error_code text,
  last_error_message text, latency_ms integer, next_check_at timestamptz, incident_since timestamptz,
  active_run_id uuid, active_status public.sync_run_status, active_triggered_by public.sync_run_trigger,
  active_started_at timestamptz, active_notice text, quota_until timestamptz, entries_total integer,
  entries_done integer, entries_failed integer, last_success_at timestamptz, last_run_id uuid,
  last_run_status public.sync_run_status, last_run_entries_done integer, last_run_entries_failed integer,
  cooldown_until timestamptz, open_alerts integer, needs_decision integer, entry_rules jsonb,
  button_allowed boolean, button_message text, button_details jsonb)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off
-- Each part is a look into an index with its first rows; a plan made for the values would only take longer.
set plan_cache_mode = force_generic_plan as $$
declare
  person constant uuid := sync_scheduler.require_org_role(org_id, '{admin,coordinator,viewer}');
  may_trigger boolean;
begin
  may_trigger := (sync_scheduler.has_org_role(org_id, '{admin,coordinator}')
    or sync_scheduler.acts_for_all()) is true;
  return query
  select i.id, i.integration_type, t.name, i.enabled, i.paused_at, i.pause_reason, i.resume_at,
    i.schedule, i.time_zone, i.next_run_at, h.status, h.since, h.last_error_code, h.last_error_message,
    h.latency_ms, h.next_check_at, incident.began_at, active.run_id, active.status, active.triggered_by,
    active.started_at, active.notice, quota.until, active.entries_total, active.entries_done,
    active.entries_failed, success.finished_at, ended.run_id, ended.status, ended.entries_done,
    ended.entries_failed,
    case when next_trigger.trigger_at > now() then next_trigger.trigger_at end, alerts.open,
    undecided.entries, sync_scheduler.entry_rules(i.config),
    -- A viewer may look and not press: the trigger refuses the role before it reads any fact.
    may_trigger and decision.outcome <> 'reject',
    case when may_trigger then decision.message else 'not_authorized' end,
    case when may_trigger then decision.details end
  from public.sync_integrations i
  join public.sync_integration_types t on t.code = i.integration_type
  left join public.sync_integration_health h on h.integration_id = i.id
  cross join lateral (select sync_scheduler.vendor_host(i) as host) vendor
  left join public.sync_vendor_incidents incident on incident.integration_type = i.integration_type
    and incident.host = vendor.host and incident.ended_at is null
  left join public.sync_run_log active
    on active.integration_id = i.id and active.status in ('pending', 'running')
  left join lateral (select r.* from public.sync_run_log r
    where r.integration_id = i.id and r.status = 'succeeded'
    order by r.finished_at desc limit 1) success on true
  left join lateral (
    select e.* from (
      select success.*
      union all
      (select r.* from public.sync_run_log r where r.integration_id = i.id and r.status = 'failed'
       order by r.finished_at desc limit 1)
      union all
      (select r.* from public.sync_run_log r where r.integration_id = i.id and r.status = 'cancelled'
       order by r.finished_at desc limit 1)) e
    where e.run_id is not null order by e.finished_at desc limit 1) ended on true
  cross join lateral (
    select count(*)::integer as open from (
      select from public.sync_alerts a where a.integration_id = i.id and a.resolved_at is null
      union all
      select from public.sync_alerts a
      where a.org_id is null and a.resolved_at is null and a.integration_type = i.integration_type
        and vendor.host is not distinct from coalesce(a.details ->> 'host', vendor.host)) o) alerts
  cross join lateral (
    select count(*)::integer as entries from (
      select from public.sync_export_entries e where e.integration_id = i.id and e.undecided limit 1000) d
    ) undecided
  -- Of the run that waits for it, or of the last one, if it failed of it.
  left join lateral (select coalesce(active.quota_until,
      case when ended.status = 'failed' then ended.quota_until end) as until) quota on quota.until > now()
  cross join lateral sync_scheduler.read_trigger_facts(i, person) facts
  cross join lateral sync_scheduler.next_manual_trigger(facts) next_trigger
  cross join lateral sync_scheduler.decide_trigger(facts) decision
  where i.org_id = sync_overview.org_id order by t.name;
end;
$$;
revoke all on function public.sync_overview(uuid) from public, anon, authenticated, service_role;
comment on function public.sync_overview(uuid) is
$$All that a page about an organisation shows: one row for each integration.
For members and the service role.

- `integration_id`, `integration_type`, `type_name`, `enabled`: the integration
- `paused_at`, `pause_reason`, `resume_at`: its pause
- `schedule`, `time_zone`, `next_run_at`: its schedule and the next slot
- `health_status`, `health_since`, `last_error_code`, `last_error_message`, `latency_ms`, `next_check_at`: its
  health
- `incident_since`: since when its vendor fails for several organisations alike
- `active_run_id`, `active_status`, `active_triggered_by`, `active_started_at`, `active_notice`,
  `entries_total`, `entries_done`, `entries_failed`: the active run and its progress
- `last_success_at`: the last success
- `last_run_id`, `last_run_status`, `last_run_entries_done`, `last_run_entries_failed`: the last run that
  ended, how many entries it exported and how many were rejected
- `quota_until`: until when the vendor asks the active run, or the last one, to wait
- `cooldown_until`: until when the limits refuse a press; null: they do not
- `open_alerts`: open alerts, also a vendor's
- `needs_decision`: undecided entries, counted up to 1,000
- `entry_rules`: what the config demands of entries, as far as it says so: `payloads`, `period_rule`,
  `fiscal_year_ends`, `ignored_fields`
- `button_allowed`, `button_message`, `button_details`: what `trigger_integration_sync` would answer the
  caller now: null, or the error's message and details

Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized.$$;
