create table public.sync_run_log (
  run_id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  integration_id uuid not null,
  integration_type text not null,
  status public.sync_run_status not null default 'pending',
  triggered_by public.sync_run_trigger not null,
  -- No foreign key: the log keeps who pressed after the account is gone.
  triggered_by_user_id uuid,
  triggered_at timestamptz not null default now(),
  scheduled_for timestamptz,
  idempotency_key text,
  attempt integer not null default 1,
  next_attempt_at timestamptz,
  deadline_at timestamptz not null,
  started_at timestamptz, finished_at timestamptz,
  cancel_requested_at timestamptz, cancel_requested_by uuid, cancel_reason text,
  entries_total integer not null default 0,
  entries_done integer not null default 0,
  entries_failed integer not null default 0,
  error_code text, error_message text,
  skip_reason public.sync_skip_reason,
  notice text,
  quota_until timestamptz,
  -- No foreign key: retention may delete the parent, and a final row does not change for it.
  parent_run_id uuid,
  version bigint not null default 1,
  -- Of both columns: a run never has another organisation than its integration, and one check is cheaper.
  foreign key (integration_id, org_id) references public.sync_integrations (id, org_id) on delete cascade,
  check ((status in ('pending', 'running')) = (finished_at is null)),
  check (status <> 'running' or started_at is not null),
  check (triggered_by <> 'manual' or triggered_by_user_id is not null),
  check (next_attempt_at is null or status = 'pending'),
  check ((status = 'skipped') = (skip_reason is not null)),
  -- A manual run never consumes a slot.
  check ((triggered_by in ('schedule', 'backfill')) = (scheduled_for is not null))
)
-- The tick reads the left end of an index, where moved rows leave dead entries: docs/design/schedule.md.
with (autovacuum_vacuum_scale_factor = 0.02, vacuum_index_cleanup = on);
-- At most one active run per integration, under any concurrency. The only index of active runs: next to
-- another one the planner would scan all of that whenever the statistics say that few are active.
create unique index sync_run_log_one_active_idx on public.sync_run_log (integration_id)
  where status in ('pending', 'running');
-- One run for a slot, whatever started it, and one record that it was skipped: a backfill may make up for it.
create unique index sync_run_log_slot_idx
  on public.sync_run_log (integration_id, scheduled_for, (status = 'skipped'))
  where scheduled_for is not null;
create index sync_run_log_integration_idx on public.sync_run_log (integration_id, org_id);
-- The limits of people read the newest manual run of an integration and those of the last hour, whatever the
-- log's length.
create index sync_run_log_manual_idx on public.sync_run_log (integration_id, triggered_at)
  where triggered_by = 'manual';
create index sync_run_log_org_idx on public.sync_run_log (org_id, triggered_at desc);
-- A member's list of failures: behind a policy no condition on status can be sought in an index.
create index sync_run_log_failed_idx on public.sync_run_log (org_id, triggered_at desc)
  where status = 'failed';
-- Behind the index of the organisation's runs: if two cost the same, as in an empty log, the planner takes
-- the younger one. This index has one row for a key.
create unique index sync_run_log_idempotency_key_idx on public.sync_run_log (org_id, idempotency_key)
  where idempotency_key is not null;
create index sync_run_log_due_idx on public.sync_run_log (next_attempt_at)
  where status = 'pending' and next_attempt_at is not null;
create index sync_run_log_unstarted_idx on public.sync_run_log (scheduled_for)
  where status = 'pending' and started_at is null and scheduled_for is not null
    and notice is distinct from 'integration_paused';
-- The overview's last run and last success of an integration. Not the skipped ones: they come by the hundred.
create index sync_run_log_ended_idx on public.sync_run_log (integration_id, status, finished_at desc)
  where status in ('succeeded', 'failed', 'cancelled');
create index sync_run_log_retention_idx on public.sync_run_log (status, finished_at)
  where finished_at is not null;
create index sync_run_log_parent_idx on public.sync_run_log (parent_run_id) where parent_run_id is not null;
alter table public.sync_run_log enable row level security;

comment on table public.sync_run_log is
  'One row a run. Members read it and Realtime publishes it, so nothing secret and nothing internal is here.';
comment on column public.sync_run_log.next_attempt_at is
  'When the next attempt is due; null while one is under way.';
comment on column public.sync_run_log.deadline_at is
  'An active run past this instant gets no further lease, and fails when the last one is over.';
comment on column public.sync_run_log.scheduled_for is
  'The slot: when a scheduled or made-up run was due. Drift is started_at - scheduled_for.';
comment on column public.sync_run_log.notice is
  'What the person who pressed should know: docs/reference/api.md, trigger_integration_sync, has each value.';
comment on column public.sync_run_log.quota_until is
  'Until when the external system asks us to wait: this run waits, or failed as vendor_quota_exhausted.';
comment on column public.sync_run_log.entries_total is
  'Entries that waited when the first worker took the run. Above 10,000: at least so many. A withdrawal '
  'takes off its own. What comes back or is added raises it only when more than the total is settled.';
comment on column public.sync_run_log.version is
  'Grows with every change of the row: drop what is older than what you have.';

-- Refuses any change of a final run (PT409 run_is_final), also by the owner, and counts versions.
create or replace function sync_scheduler.guard_run_update() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if old.finished_at is not null
    -- But a person is forgotten: by erase_person, which sets this for its own transaction, in these columns.
    and (coalesce(current_setting('sync_scheduler.erases_person', true), '') <> 'on'
      or to_jsonb(new) - '{triggered_by_user_id,cancel_requested_by,cancel_reason}'::text[]
        <> to_jsonb(old) - '{triggered_by_user_id,cancel_requested_by,cancel_reason}'::text[])
  then
    perform sync_scheduler.raise_error('run_is_final',
      jsonb_build_object('run_id', old.run_id, 'status', old.status));
  end if;
  new.version := old.version + 1;
  return new;
end;
$$;

create trigger guard_run_update before update on public.sync_run_log
  for each row execute function sync_scheduler.guard_run_update();
