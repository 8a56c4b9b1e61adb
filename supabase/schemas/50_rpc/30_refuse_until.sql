create or replace function sync_scheduler.refuse_until(retry_at timestamptz) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if retry_at > clock_timestamp() then
    perform sync_scheduler.raise_error('rate_limited', jsonb_build_object(
      'retry_after_seconds', ceil(extract(epoch from retry_at - clock_timestamp())),
      'retry_at', retry_at));
  end if;
end;
$$;
revoke all on function sync_scheduler.refuse_until(timestamptz) from public, anon, authenticated, service_role;
comment on function sync_scheduler.refuse_until(timestamptz) is
  'Refuses (PT429 rate_limited, details: retry_after_seconds, retry_at) until then; null: never.';
