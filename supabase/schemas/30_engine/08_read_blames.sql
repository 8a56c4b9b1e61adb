create or replace function sync_scheduler.read_blames(error_class text, blames text) returns sync_scheduler.blames
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if blames is not null and (error_class is null or blames <> all (enum_range(null::sync_scheduler.blames)::text[])) then
    perform sync_scheduler.raise_error('invalid_worker_request',
      '{"blames": "vendor, quota, configuration, entry or nobody, and only with an error_class"}');
  end if;
  return coalesce(blames, case error_class when 'rate_limited' then 'quota' when 'permanent' then 'configuration' end)
    ::sync_scheduler.blames;
end;
$$;
revoke all on function sync_scheduler.read_blames(text, text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.read_blames(text, text) is
  'What a failure is about. A worker of an older release reports no blames: then a rate limit is the quota''s and a refusal the '
  'configuration''s. Any other failure stays null, because such a worker may have failed by itself: it opens no incident. '
  'Errors: PT422 invalid_worker_request.';
