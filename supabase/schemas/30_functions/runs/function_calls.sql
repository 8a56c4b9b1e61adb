-- Calls of the function that may wait for a tick: connection checks, alert messages, warm-ups. The row of its
-- subject holds the newest call: token_hash, request_id, requested_at, claimed_at, ended_at. So a new call
-- replaces the token of the last one, and an answer that comes too late changes nothing.

-- Posts calls of the function, ten in a request: few enough for the memory and the CPU time of one isolate.
-- The body has them in a list of {id_name, token}. Returns what the caller stores. Errors: PT503
-- function_url_not_configured.
create or replace function sync_scheduler.post_calls(kind text, list text, id_name text, ids uuid[])
returns table (id uuid, token_hash bytea, request_id bigint)
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  return query
  with made as materialized (
    select subject.id, (subject.place - 1) / 10 as batch, sync_scheduler.new_token() as token
    from unnest(post_calls.ids) with ordinality subject (id, place)
  ), posted as materialized (
    select m.batch, sync_scheduler.call_function(post_calls.kind, jsonb_build_object(post_calls.list,
      jsonb_agg(jsonb_build_object(post_calls.id_name, m.id, 'token', m.token)))) as request_id
    from made m group by m.batch)
  select m.id, sha256(convert_to(m.token, 'UTF8')), p.request_id from made m join posted p using (batch);
end;
$$;

-- Reads the calls that a worker wants to claim: a list of 1 to 50 of {id_name, token}. In the order of their
-- ids, so two deliveries of a list do not deadlock. Errors: PT422 invalid_worker_request.
create or replace function sync_scheduler.read_calls(list text, calls jsonb, id_name text)
returns table (id uuid, token_hash bytea)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if jsonb_array_length(calls) between 1 and 50
    and not jsonb_path_exists(calls, 'strict $[*] ? (@.type() != "object")')
  then
    return query select (c.call ->> read_calls.id_name)::uuid, sha256(convert_to(c.call ->> 'token', 'UTF8'))
    from jsonb_array_elements(read_calls.calls) c (call) order by 1;
    return;
  end if;
  -- Also what Postgres would raise for what is no list, and for an id that is no uuid: it quotes the id.
  raise data_exception;
exception when data_exception then
  perform sync_scheduler.raise_error('invalid_worker_request', jsonb_build_object(read_calls.list,
    format('a list of 1 to 50, each with %s, which is a uuid, and token', read_calls.id_name)));
end;
$$;

-- Why a worker cannot claim a call, as the code of an error; null: it can, once and within time_limit. The
-- caller holds the lock of the call's row; without a row for that token all arguments are null.
create or replace function sync_scheduler.claim_refusal(
  requested_at timestamptz, claimed_at timestamptz, ended_at timestamptz default null,
  time_limit interval default null) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return case
    -- Forged, or replaced by a newer call.
    when requested_at is null then 'invalid_token'
    when ended_at is not null then 'attempt_not_current'
    when claimed_at is not null then 'already_claimed'
    -- It counts as not answered, and the next call may be under way.
    when requested_at <= clock_timestamp() - time_limit then 'attempt_not_current' end;
end;
$$;

-- Whether a call had ended before this report of it: then the report records nothing. The caller holds the
-- lock of the call's row; without a row for that token both arguments are null. Errors: PT401 invalid_token,
-- also for a call that no worker has claimed.
create or replace function sync_scheduler.call_has_ended(claimed_at timestamptz, ended_at timestamptz)
returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if claimed_at is null then
    perform sync_scheduler.raise_error('invalid_token');
  end if;
  return ended_at is not null;
end;
$$;
