-- Stand-in for pg_net 0.20: the tables, signatures, defaults and failure modes of the real one, for a local
-- server that cannot load it. Its background worker is pg_net_worker.ts. Left out: the deprecated
-- net.http_collect_response.
\echo Use "create extension pg_net" to load this file. \quit

create schema if not exists net;

create domain net.http_method as text check (upper(value) in ('GET', 'POST', 'DELETE'));

-- Both tables, and with them the sequence of the ids, are unlogged as the real ones: a crash of the server
-- empties them and starts the ids at 1 again.
create unlogged table net.http_request_queue (
  id bigserial,
  method net.http_method not null,
  url text not null,
  headers jsonb,
  body bytea,
  timeout_milliseconds int not null
);

create unlogged table net._http_response (
  id bigint,
  status_code integer,
  content_type text,
  headers jsonb,
  content text,
  timed_out boolean,
  error_msg text,
  created timestamptz not null default now()
);

create index on net._http_response (created);

create function net._urlencode_string(string varchar) returns text
language sql immutable strict
set search_path = ''
as $$
  select coalesce(string_agg(
    case
      when chr(byte) ~ '^[A-Za-z0-9._~-]$' then chr(byte)
      else '%' || lpad(to_hex(byte), 2, '0')
    end, '' order by position), '')
  from (
    select n as position, get_byte(bytes, n) as byte
    from (select convert_to(string, 'UTF8') as bytes) encoded, generate_series(0, length(bytes) - 1) n
    -- chr(0) is an error, and text holds no such byte anyway.
    where get_byte(bytes, n) > 0
  ) each_byte
$$;

-- The real one refuses a URL that curl cannot read, and writes it anew: a path at least. (It also resolves
-- dots in the path and knows a few more ways to write a host.) Whether a protocol is one that it sends, its
-- worker finds out.
create function net._url_with_params(url text, params jsonb) returns text
-- plpgsql keeps its plan; a function in SQL that cannot be inlined is planned anew at every call, and the
-- real one is in C.
language plpgsql immutable
set search_path = ''
as $$
declare
  parts text[] := regexp_match(url,
    '^([a-z][a-z0-9+.-]*://(?:[^[:space:]/?#@]*@)?(?:[[:alnum:]._~-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?)'
    '(/[^[:space:]?#]*)?(?:\?([^[:space:]#]*))?(#[^[:space:]]*)?$', 'i');
  query text;
begin
  if url is null then return null; end if;
  if parts is null then
    raise exception 'invalid URL "%": Malformed input to a URL function', url
      using errcode = 'internal_error';
  end if;
  query := nullif(parts[3], '');
  if params <> '{}' then
    query := concat_ws('&', query, (
      select string_agg(net._urlencode_string(key) || '=' || net._urlencode_string(value), '&')
      from jsonb_each_text(params)
    ));
  end if;
  return concat(parts[1], coalesce(parts[2], '/'), '?' || nullif(query, ''), parts[4]);
end
$$;

-- The real one wakes its worker at commit. Ours looks 50 times a second instead: a NOTIFY here would make all
-- committing transactions queue behind each other, which the real one does not.
create function net.wake() returns void
language sql as $$ select $$;

-- Waits for a request that is newer than `after`, with so many looks. A look costs far less here than as a
-- query of its own. Each is a transaction: no snapshot stays open, which would hold up vacuum.
create procedure net._await_request(after bigint, looks int, inout has_request boolean)
language plpgsql
as $$
begin
  for look in 1..looks loop
    has_request := exists (select from net.http_request_queue q where q.id > _await_request.after);
    exit when has_request;
    commit;
    perform pg_catalog.pg_sleep(0.02);
  end loop;
end
$$;

create function net.worker_restart() returns boolean
language sql as $$ select true $$;

create function net.check_worker_is_up() returns void
language plpgsql
set search_path = ''
as $$
begin
  if not exists (select from pg_catalog.pg_stat_activity where application_name like 'pg_net%worker%') then
    raise exception using
      message = 'the pg_net background worker is not up',
      detail = 'the pg_net background worker is down due to an internal error and cannot process requests';
  end if;
end
$$;

create function net.http_get(
  url text,
  params jsonb default '{}',
  headers jsonb default '{}',
  timeout_milliseconds int default 5000
) returns bigint
language sql volatile
as $$
  insert into net.http_request_queue (method, url, headers, timeout_milliseconds)
  values ('GET', net._url_with_params(http_get.url, http_get.params), http_get.headers,
    http_get.timeout_milliseconds)
  returning id
$$;

create function net.http_post(
  url text,
  body jsonb default '{}',
  params jsonb default '{}',
  headers jsonb default '{"Content-Type": "application/json"}',
  timeout_milliseconds int default 5000
) returns bigint
language plpgsql volatile
as $$
#variable_conflict use_column
declare
  request_id bigint;
  content_type text;
begin
  select h.value into content_type
  from jsonb_each_text(coalesce(http_post.headers, '{}')) h where lower(h.key) = 'content-type' limit 1;

  if content_type is null then
    http_post.headers := http_post.headers || '{"Content-Type": "application/json"}';
  elsif content_type <> 'application/json' then
    raise exception 'Content-Type header must be "application/json"';
  end if;

  insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
  values (
    'POST', net._url_with_params(http_post.url, http_post.params), http_post.headers,
    convert_to(http_post.body::text, 'UTF8'), http_post.timeout_milliseconds
  )
  returning id into request_id;
  return request_id;
end
$$;

create function net.http_delete(
  url text,
  params jsonb default '{}',
  headers jsonb default '{}',
  timeout_milliseconds int default 5000,
  body jsonb default null
) returns bigint
language sql volatile
as $$
  insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
  values (
    'DELETE', net._url_with_params(http_delete.url, http_delete.params), http_delete.headers,
    convert_to(http_delete.body::text, 'UTF8'), http_delete.timeout_milliseconds
  )
  returning id
$$;

-- As the real one: anybody may use it.
grant usage on schema net to public;
grant all on all tables in schema net to public;
grant all on all sequences in schema net to public;
