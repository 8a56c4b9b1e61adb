create or replace function sync_scheduler.raise_invalid_schedule(field text, value text, reason text) returns void
language sql set search_path = pg_catalog, pg_temp as $$
  select sync_scheduler.raise_error('invalid_schedule', jsonb_build_object(
    'field', raise_invalid_schedule.field,
    -- An error is no place for a megabyte.
    'value', left(raise_invalid_schedule.value, 100),
    'reason', raise_invalid_schedule.reason))
$$;
revoke all on function sync_scheduler.raise_invalid_schedule(text, text, text)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.raise_invalid_schedule(text, text, text) is
  'Raises PT422 invalid_schedule with details {field, value, reason}. field: minute, hour, day_of_month, month, '
  'day_of_week or expression; value: the part that is wrong, as it was written.';
