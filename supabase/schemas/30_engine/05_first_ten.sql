create or replace function sync_scheduler.first_ten(name text, list jsonb) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return jsonb_build_object(first_ten.name, jsonb_path_query_array(first_ten.list, '$[0 to 9]'))
    || case when jsonb_array_length(first_ten.list) > 10 then jsonb_build_object('count', jsonb_array_length(first_ten.list)) else '{}' end;
end;
$$;
revoke all on function sync_scheduler.first_ten(text, jsonb) from public, anon, authenticated, service_role;
comment on function sync_scheduler.first_ten(text, jsonb) is
  'Details of an error that names members of a list: the first ten under that name, and count if there are more.';
