create or replace function sync_scheduler.validate_time_zone(time_zone text) returns void
language plpgsql stable strict set search_path = pg_catalog, pg_temp as $$
begin
  -- Postgres would also take an abbreviation (it reads CET as UTC+1, summer and winter) and a POSIX rule (UTC+3 is west
  -- of Greenwich there; a misspelt name with a digit in it is one too). pg_timezone_names would tell, but reads
  -- hundreds of files.
  if length(time_zone) > sync_scheduler.text_limit('time_zone') or time_zone !~ '^(UTC|Etc/GMT(0|[+]([0-9]|1[0-2])|-([0-9]|1[0-4]))|[A-Z][A-Za-z]*(/[A-Za-z_-]+){1,2})$' then
    perform sync_scheduler.raise_error('invalid_time_zone',
      jsonb_build_object('time_zone', left(validate_time_zone.time_zone, 100)));
  end if;
  perform now() at time zone time_zone;
exception when invalid_parameter_value then
  perform sync_scheduler.raise_error('invalid_time_zone',
    jsonb_build_object('time_zone', left(validate_time_zone.time_zone, 100)));
end;
$$;
revoke all on function sync_scheduler.validate_time_zone(text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.validate_time_zone(text) is
  'Accepts UTC and the IANA names of the form Area/Location that this server knows. Refuses abbreviations and other '
  'names without an area (CET, EST5EDT, Japan), POSIX rules (UTC+3) and names that do not exist. '
  'Errors: PT422 invalid_time_zone, details {time_zone}.';
