-- Definer, because no client may write the integrations. The first statement checks the caller.
create or replace function public.configure_integration_sync(
  org_id uuid, integration_type text, changes jsonb, reason text default null
) returns public.sync_integrations
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  known constant text[] :=
    '{schedule,time_zone,overlap_policy,catchup_window,manual_cooldown,max_attempts,retry_base,'
    'run_deadline,health_check_interval,enabled,payloads,period_rule,fiscal_year_ends,'
    'ignored_fields}'::text[];
  -- What the integration demands of its entries.
  in_config constant text[] := '{payloads,period_rule,fiscal_year_ends,ignored_fields}'::text[];
  intervals constant text[] :=
    '{catchup_window,manual_cooldown,retry_base,run_deadline,health_check_interval}'::text[];
  before public.sync_integrations;
  wanted public.sync_integrations;
  field text;
  value jsonb;
  period interval;
  wrong text;
  floor interval := (select s.least_cooldown from sync_scheduler.settings s);
begin
  perform sync_scheduler.require_org_role(org_id, '{admin}');
  perform sync_scheduler.require_text('reason', reason);
  perform sync_scheduler.require_size('changes', changes);
  before := sync_scheduler.lock_integration(org_id, integration_type);
  if jsonb_typeof(changes) is distinct from 'object' then
    perform sync_scheduler.raise_error('invalid_configuration',
      '{"reason": "changes must be a JSON object"}');
  end if;
  wanted := before;
  for field, value in select * from jsonb_each(changes) loop
    if field <> all (known) then
      perform sync_scheduler.raise_error('invalid_configuration', jsonb_build_object(
        'field', left(field, 100), 'reason', 'unknown setting', 'known', known));
    elsif field = 'payloads' and sync_scheduler.exported_fields() ? integration_type then
      perform sync_scheduler.raise_error('invalid_configuration', jsonb_build_object(
        'field', field, 'reason', 'every payload of this integration type is a voucher'));
    elsif field = 'ignored_fields' and value <> 'null'
      and not sync_scheduler.exported_fields() ? integration_type
    then
      -- The webhook's connector does not know the key: every run would fail.
      perform sync_scheduler.raise_error('invalid_configuration', jsonb_build_object(
        'field', field, 'reason', 'this integration type has no list of exported fields'));
    elsif field = any (in_config) then
      -- Null takes the key out, so that the default holds.
      wanted.config := case when value = 'null' then wanted.config - field
        else wanted.config || jsonb_build_object(field, value) end;
      continue;
    end if;
    begin
      if field = any (intervals) then
        period := value #>> '{}';
        -- Compared, a month counts as 30 days; added to an instant, as what the calendar says: `-2 months 60
        -- days 15 minutes` would pass for 15 minutes and lie a day back.
        if extract(year from period) <> 0 or extract(month from period) <> 0 then
          value := to_jsonb(make_interval(secs => extract(epoch from period)::double precision));
        end if;
      end if;
      wanted := jsonb_populate_record(wanted, jsonb_build_object(field, value));
    exception when data_exception or invalid_text_representation then
      perform sync_scheduler.raise_error('invalid_configuration',
        jsonb_build_object('field', field, 'reason', left(sqlerrm, 100)));
    end;
  end loop;
  if changes ? 'manual_cooldown' and wanted.manual_cooldown < floor then
    perform sync_scheduler.raise_error('invalid_configuration', jsonb_build_object('field', 'manual_cooldown',
      'reason', format('at least %s seconds', extract(epoch from floor)::integer)));
  end if;
  perform set_config('sync_scheduler.configures', 'on', true);
  begin
    update public.sync_integrations i set config = wanted.config,
      schedule = wanted.schedule, time_zone = wanted.time_zone, overlap_policy = wanted.overlap_policy,
      catchup_window = wanted.catchup_window, manual_cooldown = wanted.manual_cooldown,
      max_attempts = wanted.max_attempts, retry_base = wanted.retry_base, run_deadline = wanted.run_deadline,
      health_check_interval = wanted.health_check_interval, enabled = wanted.enabled
    where i.id = before.id returning * into strict wanted;
  exception when check_violation or not_null_violation then
    get stacked diagnostics wrong = constraint_name;
    if wrong = '' then
      get stacked diagnostics wrong = column_name;
    end if;
    perform sync_scheduler.raise_setting_fault(wrong, sqlstate);
  end;
  perform set_config('sync_scheduler.configures', '', true);
  perform sync_scheduler.audit(wanted, 'configure', reason, (select jsonb_build_object(
      'before', jsonb_object_agg(key, (to_jsonb(before) || sync_scheduler.entry_rules(before.config)) -> key),
      'after', jsonb_object_agg(key, (to_jsonb(wanted) || sync_scheduler.entry_rules(wanted.config)) -> key))
    from jsonb_object_keys(changes) key));
  return wanted;
end;
$$;
revoke all on function public.configure_integration_sync(uuid, text, jsonb, text)
  from public, anon, authenticated, service_role;
comment on function public.configure_integration_sync(uuid, text, jsonb, text) is
$$Changes the settings that `changes` names, and returns the integration.
What it does not name stays; `next_run_at` follows. Intervals are text, `5 minutes` or `PT5M`. For admins and
the service role; audited with `reason`. The settings:

- `schedule`: five-field cron with names, lists, ranges and steps, or `@hourly`, `@daily`, `@weekly`,
  `@monthly`, `@yearly`; `null` (default): no scheduled runs.
- `time_zone` (`UTC`): IANA name.
- `overlap_policy` (`skip`): a slot that meets an active run is skipped. With `buffer_one` it waits for the
  end of that run.
- `catchup_window` (12 h): after an outage the last slot runs once for all that were missed (`coalesced`); a
  slot older than this is only `missed`. From 5 minutes to 30 days.
- `manual_cooldown` (5 minutes): least time from a person's press to the next press, whatever became of the
  run. At least `settings.least_cooldown` (1 min), up to 1 day; a change holds at once.
- `max_attempts` (5): failures in a row, without progress, after which a run fails. From 1 to 100.
- `retry_base` (30 s): longest first backoff. It doubles with each failure, with full jitter. Up to 1 day.
- `run_deadline` (6 h): a run that takes longer fails. From 1 minute to 7 days.
- `health_check_interval` (15 min): how often the connection is checked, unless a sync shows that it works.
  From 15 min to a day; `null`: never.
- `enabled` (true): without it presses are refused, and slots are recorded as skipped.

What is demanded of entries is kept in `config`, and `null` is the default:

- `payloads`: `vouchers`, or `free`: a payload with lines need not be a voucher. Refused for a type
  that has a list of exported fields: its payloads are all vouchers.
- `period_rule`: `posting_date`, or `free`: the period need not be that of the posting date.
- `fiscal_year_ends`: the month, 1 to 12, of a thirteenth period.
- `ignored_fields`: `{"voucher": [names], "line": [names]}`, for such a type alone.

Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized, PT422 argument_too_long,
PT422 unknown_integration_type, PT404 integration_not_found, PT422 invalid_configuration,
PT422 invalid_schedule, PT422 invalid_time_zone, PT422 reason_too_long, PT429 rate_limited.$$;

-- Definer, because the scheduler's functions are private. The first statement checks the caller.
create or replace function public.preview_sync_schedule(
  org_id uuid, integration_type text, n integer default 5, schedule text default null,
  time_zone text default null) returns table (scheduled_for timestamptz, local_time timestamp)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  integration public.sync_integrations;
  zone text;
begin
  perform sync_scheduler.require_org_role(org_id, '{admin,coordinator,viewer}');
  perform sync_scheduler.require_text('schedule', schedule);
  perform sync_scheduler.require_text('time_zone', time_zone);
  if n is null or n not between 1 and 100 then
    perform sync_scheduler.raise_error('invalid_count', '{"n": "1 to 100"}');
  end if;
  integration := sync_scheduler.find_integration(org_id, integration_type);
  zone := coalesce(time_zone, integration.time_zone);
  -- A zone that cannot be saved is refused also when there is no slot to show.
  perform sync_scheduler.validate_time_zone(zone);
  return query select slot, slot at time zone zone from sync_scheduler.cron_occurrences(
      coalesce(schedule, integration.schedule), zone, now(), 'infinity', n) slot;
end;
$$;
revoke all on function public.preview_sync_schedule(uuid, text, integer, text, text)
  from public, anon, authenticated, service_role;
comment on function public.preview_sync_schedule(uuid, text, integer, text, text) is
$$The next `n` (1 to 100) slots, as instants and as the integration's clocks show them.
They are right on days of clock changes, too. Without a schedule there are none. `schedule` and `time_zone`
preview other values before they are saved. For members and the service role.

Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized, PT422 argument_too_long,
PT422 invalid_count, PT422 unknown_integration_type, PT404 integration_not_found, PT422 invalid_schedule,
PT422 invalid_time_zone.$$;
