create or replace function sync_scheduler.retry_backoff(retry_base interval, failures integer)
returns interval
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- The exponent is bounded so that no number of failures overflows the interval.
  return (
    select random() * least(s.retry_cap, retry_base * power(2, least(greatest(failures - 1, 0), 20)))
    from sync_scheduler.settings s);
end;
$$;
revoke all on function sync_scheduler.retry_backoff(interval, integer)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.retry_backoff(interval, integer) is
  'Exponential backoff with full jitter: random between 0 and retry_base * 2^(failures-1), capped by settings.retry_cap.';
