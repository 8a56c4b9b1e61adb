create or replace function sync_scheduler.refuse_until(retry_at timestamptz, limited_by text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if refuse_until.retry_at > clock_timestamp() then
    perform sync_scheduler.raise_error('rate_limited', jsonb_build_object(
      'retry_after_seconds', ceil(extract(epoch from refuse_until.retry_at - clock_timestamp())),
      'retry_at', refuse_until.retry_at,
      'limit', refuse_until.limited_by));
  end if;
end;
$$;
revoke all on function sync_scheduler.refuse_until(timestamptz, text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.refuse_until(timestamptz, text) is
  'Refuses (PT429 rate_limited, details: retry_after_seconds, retry_at, limit) until then; null: never. limit names what was '
  'used up: check, webhook, changes_per_hour or vendor.';
