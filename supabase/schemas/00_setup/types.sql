-- In public, because columns of client-facing tables have these types and the generated TypeScript types can
-- name only what is in an exposed schema.
create type public.sync_member_role as enum ('admin', 'coordinator', 'viewer');
comment on type public.sync_member_role is
  'admin: configures and triggers; coordinator: triggers, cancels, retries; viewer: reads.';

create type public.sync_run_status as enum
  ('pending', 'running', 'succeeded', 'failed', 'cancelled', 'skipped');
comment on type public.sync_run_status is 'pending and running are active; the others are final.';

create type public.sync_run_trigger as enum ('manual', 'schedule', 'api', 'backfill');
comment on type public.sync_run_trigger is
  'manual: a signed-in person; api: the service role, the host; schedule: a slot; backfill: one made up for.';

create type public.sync_overlap_policy as enum ('skip', 'buffer_one');
comment on type public.sync_overlap_policy is
  'What becomes of a slot while a run is active. buffer_one: it waits, and later ones are skipped.';

create type public.sync_skip_reason as enum
  ('overlap', 'missed', 'coalesced', 'paused', 'disabled', 'schedule_changed');
comment on type public.sync_skip_reason is 'Why a slot did not run: see docs/design/schedule.md.';

create type public.sync_alert_kind as enum
  ('drift', 'missed_slot', 'start_failed', 'run_failed', 'lost_worker', 'dispatch_failing',
   'cold_start_failure', 'unhealthy', 'needs_attention', 'vendor_incident', 'scheduler_dead',
   'webhook_stopped', 'entries_refused', 'entries_need_decision', 'database_not_writable');
comment on type public.sync_alert_kind is 'See docs/operations.md, When something is wrong.';

create type public.sync_alert_severity as enum ('info', 'warning', 'critical');
comment on type public.sync_alert_severity is
  '`critical`: data is late or missing. `warning`: look at it soon. `info`: good to know.';

create type public.sync_health_status as enum
  ('unknown', 'healthy', 'degraded', 'unhealthy', 'needs_attention');
comment on type public.sync_health_status is 'Does an integration work? See docs/operations.md, Health.';

create type public.sync_entry_state as enum
  ('pending', 'sending', 'exported', 'rejected', 'unknown', 'withdrawn');
comment on type public.sync_entry_state is
  'What the external system has of an entry. `pending`: nothing yet. `sending`: reserved by an attempt. '
  '`unknown`: sent, outcome not known. `exported`, `rejected`: settled. `withdrawn`: nothing, and nothing '
  'goes out until the source delivers something else or readmits it, or an admin sends it again.';

create type public.sync_alert_format as enum ('slack', 'teams', 'discord', 'json');
comment on type public.sync_alert_format is
  'How alerts are posted. `json`: everything that is known of the alert, signed, for programs.';

-- How an attempt ended. `continued`: its slice was over. `lost`: its lease ran out. `undelivered`: no worker
-- ever claimed it. `paused`: its integration was paused or disabled.
create type sync_scheduler.attempt_outcome as enum
  ('succeeded', 'continued', 'failed', 'cancelled', 'lost', 'undelivered', 'paused');

-- See ARCHITECTURE.md, Error classes.
create type sync_scheduler.error_class as enum ('transient', 'rate_limited', 'ambiguous', 'permanent');

-- What a failure is about, as its connector reports it. `vendor`: the external system did not answer, which
-- others meet as well. `quota`: we ask too much. `configuration`: an admin must act. `entry`: what was sent.
-- `nobody`: our own side, or a wait that the connector chose.
create type sync_scheduler.blames as enum ('vendor', 'quota', 'configuration', 'entry', 'nobody');

-- A parsed cron expression. A bit for each value, the smallest first (weekdays from Sunday). either_day: both
-- day fields are restricted, so one that matches is enough. every_hour: the hour field is a wildcard.
create type sync_scheduler.cron_fields as (
  minutes bit(60), hours bit(24), days bit(31), months bit(12), weekdays bit(7),
  either_day boolean, every_hour boolean
);

-- An item of a delivery. `number`: its place in the list, from 1. `copies`: how often it is there. `hash`: of
-- its content, if its key was known before. `field` and `reason`: why it is refused, or null.
create type sync_scheduler.delivered_entry as (
  number bigint, entry_key text, period text, document_number text, payload jsonb, copies bigint, hash bytea,
  field text, reason text
);

-- What decide_trigger decides by. `caller_id`: the person, or null. `key_...`: the run that has the
-- idempotency key. `active_...`: the active run. `active_recovery`: what a recovery would make of a stuck
-- active run, continues or ends; done if this press has recovered it; null if it is not stuck.
-- `manual_cooldown`: of the integration. `least_cooldown`: its floor, of the installation.
-- `newest_manual_trigger_at`: when the newest manual run of the integration began. `full_hour_began_at`: null
-- while the organisation has had fewer than presses_per_hour manual runs in the last hour. Else when the
-- oldest of the newest presses_per_hour began: once it is an hour old, there is room for one more.
create type sync_scheduler.trigger_facts as (
  decided_at timestamptz, caller_id uuid,
  integration_id uuid, enabled boolean, paused_at timestamptz, pause_reason text, resume_at timestamptz,
  key_run_id uuid, key_integration_id uuid,
  active_run_id uuid, active_status public.sync_run_status, active_started_at timestamptz,
  active_triggered_by public.sync_run_trigger, active_waits_for text, active_quota_until timestamptz,
  active_recovery text,
  manual_cooldown interval, least_cooldown interval, newest_manual_trigger_at timestamptz,
  full_hour_began_at timestamptz,
  is_ticking boolean, has_incident boolean, has_function_url boolean
);

-- Names of fields, of a voucher and of its lines.
create type sync_scheduler.field_names as (voucher text[], line text[]);

-- What an integration demands of its entries.
create type sync_scheduler.entry_rules as (
  exported sync_scheduler.field_names, ignored_fields sync_scheduler.field_names,
  payloads text, period_rule text, fiscal_year_ends text);
