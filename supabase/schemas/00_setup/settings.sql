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
comment on table sync_scheduler.settings is
  'Settings of the whole installation; exactly one row. docs/operations.md says what each is for.';

insert into sync_scheduler.settings default values;
