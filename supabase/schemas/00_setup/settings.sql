create table sync_scheduler.settings (
  only_row boolean primary key default true check (only_row),
  -- Only what pg_net takes: it refuses any other when a run is to be posted, and then every press fails.
  function_url text
    check (function_url ~ '^https?://([[:alnum:]._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[^[:space:]]*)?$'),
  dispatch_timeout interval not null default '5 seconds'
    check (dispatch_timeout between '1 second' and '1 minute'),
  claim_timeout interval not null default '30 seconds'
    check (claim_timeout between '1 second' and '10 minutes'),
  max_dispatches integer not null default 6 check (max_dispatches between 1 and 20),
  lease_duration interval not null default '60 seconds'
    check (lease_duration between '2 seconds' and '10 minutes'),
  heartbeat_interval interval not null default '15 seconds' check (heartbeat_interval >= '1 second'),
  slice_duration interval not null default '60 seconds'
    check (slice_duration between '1 second' and '10 minutes'),
  retry_cap interval not null default '15 minutes' check (retry_cap between '1 second' and '1 day'),
  longest_wait interval not null default '24 hours' check (longest_wait between '1 minute' and '7 days'),
  max_active_per_type integer not null default 500 check (max_active_per_type >= 1),
  max_active_per_org integer not null default 10 check (max_active_per_org >= 1),
  drift_alert_after interval not null default '5 minutes'
    check (drift_alert_after between '1 minute' and '7 days'),
  silent_after interval not null default '2 minutes' check (silent_after between '1 minute' and '1 day'),
  warmup_lead interval not null default '45 seconds'
    check (warmup_lead = '0 seconds' or warmup_lead between '40 seconds' and '60 seconds'),
  check_timeout interval not null default '30 seconds'
    check (check_timeout between '4 seconds' and '2 minutes'),
  check_cooldown interval not null default '10 seconds'
    check (check_cooldown between '0 seconds' and '1 hour'),
  least_cooldown interval not null default '1 minute' check (least_cooldown between '0 seconds' and '1 day'),
  presses_per_hour integer not null default 60 check (presses_per_hour between 1 and 10000),
  changes_per_hour integer not null default 600 check (changes_per_hour between 1 and 10000),
  incident_organisations integer not null default 3 check (incident_organisations between 2 and 1000),
  incident_window interval not null default '30 minutes'
    check (incident_window between '1 minute' and '1 day'),
  passive_cooldown interval not null default '1 day'
    check (passive_cooldown between '15 minutes' and '30 days'),
  retention_ended interval not null default '90 days'
    check (retention_ended between '1 day' and '36500 days'),
  retention_failed interval not null default '365 days'
    check (retention_failed between '1 day' and '36500 days'),
  retention_ticks interval not null default '7 days' check (retention_ticks between '1 day' and '36500 days'),
  retention_payload interval check (retention_payload between '1 day' and '36500 days'),
  max_payload integer not null default 1048576 check (max_payload between 1024 and 16777216),
  max_batch_bytes integer not null default 4194304 check (max_batch_bytes between 1024 and 16777216),
  -- Every request of the Data API comes as authenticator: named here, it would admit everyone without a JWT.
  host_roles text[] not null default '{}' check (
    not host_roles && '{anon,authenticated,service_role,authenticator}'
      and array_position(host_roles, null) is null),
  installed_at timestamptz not null default now(),
  check (lease_duration >= 2 * heartbeat_interval)
);
comment on table sync_scheduler.settings is 'Settings of the whole installation; exactly one row.';
comment on column sync_scheduler.settings.function_url is
  'Where attempts are posted: https://<project ref>.supabase.co/functions/v1/integration-sync. In a hosted '
  'project the first press of a person sets it, from the issuer of the JWT. Elsewhere an operator does.';
comment on column sync_scheduler.settings.dispatch_timeout is
  'How long pg_net waits for the 202. Short, because the slowest request holds up its whole batch.';
comment on column sync_scheduler.settings.claim_timeout is
  'How long a dispatch may stay unclaimed before it is repeated; doubles with each repetition.';
comment on column sync_scheduler.settings.max_dispatches is 'Dispatches of one attempt before its run fails.';
comment on column sync_scheduler.settings.slice_duration is
  'Time budget of one attempt. A hosted isolate is retired at half of its wall clock: 75 s (free), 200 s '
  '(paid).';
comment on column sync_scheduler.settings.retry_cap is 'Longest backoff between two attempts.';
comment on column sync_scheduler.settings.longest_wait is
  'How long a run waits in total because its vendor says so; its deadline moves by that. A vendor that asks '
  'for more fails the run (vendor_quota_exhausted).';
comment on column sync_scheduler.settings.max_active_per_type is
  'With so many active runs of a type the scheduler starts no further one, so others have room.';
comment on column sync_scheduler.settings.max_active_per_org is 'Likewise for an organisation.';
comment on column sync_scheduler.settings.drift_alert_after is
  'A slot that starts later than this raises an alert.';
comment on column sync_scheduler.settings.silent_after is
  'Without a tick for this long the scheduler counts as dead.';
comment on column sync_scheduler.settings.warmup_lead is
  'How long before a slot the function is warmed up at the earliest; at the latest 30 s less. 0: never.';
comment on column sync_scheduler.settings.check_timeout is
  'How long a connection check may stay unanswered. The Edge Function gives the external system half of it.';
comment on column sync_scheduler.settings.check_cooldown is
  'Least time between two connection checks of an integration: they use up the vendor''s quota. Also between '
  'two configurations of an alert webhook: each posts to an address that an admin chooses.';
comment on column sync_scheduler.settings.least_cooldown is
  'The least cooldown between two manual triggers of an integration, whatever its manual_cooldown says.';
comment on column sync_scheduler.settings.presses_per_hour is
  'How many runs the people of an organisation start by hand within an hour. Each kind of action that posts '
  'to the outside (connection checks, credentials, alert webhooks) has the same bound. The service role and '
  'the host have none.';
comment on column sync_scheduler.settings.changes_per_hour is
  'How many audited actions the people of an organisation take within an hour. What stops something (pauses, '
  'withdrawals) may be done twice as often.';
comment on column sync_scheduler.settings.incident_organisations is
  'So many organisations in a row that cannot reach a host are an incident of the vendor.';
comment on column sync_scheduler.settings.incident_window is 'Within how long they have to meet it.';
comment on column sync_scheduler.settings.passive_cooldown is
  'How long no check follows a vendor''s answer that we ask too much. Quotas are mostly of a day.';
comment on column sync_scheduler.settings.retention_ended is
  'How long runs that succeeded, were cancelled or skipped are kept.';
comment on column sync_scheduler.settings.retention_failed is
  'How long failed runs, alerts and the audit log are kept.';
comment on column sync_scheduler.settings.retention_ticks is
  'How long ticks, warm-ups, messages of alert webhooks and pg_cron''s records of our own jobs are kept.';
comment on column sync_scheduler.settings.max_payload is
  'Most bytes of a payload, as text, that add_sync_entries takes. What is stored goes out all the same.';
comment on column sync_scheduler.settings.max_batch_bytes is
  'Most bytes of the payloads of one batch, as text, but at least one entry: the function holds the whole '
  'batch in memory. A connector may take less at once. A batch that goes out again goes whole.';
comment on column sync_scheduler.settings.host_roles is
  'Login roles that act as the host, next to the members of the role that owns the bundle: they call every '
  'RPC for every organisation, without claims (sync_scheduler.is_host).';
comment on column sync_scheduler.settings.retention_payload is
  'How long the payload of an entry is kept once it is exported, withdrawn or decided, see redact_entries. '
  'Null: for ever.';

insert into sync_scheduler.settings default values;
