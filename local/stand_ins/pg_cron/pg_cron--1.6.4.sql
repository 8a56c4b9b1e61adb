-- Stand-in for pg_cron 1.6.4: its tables, functions and grants on Supabase. local/pg_cron_worker.ts runs the jobs.
\echo Use "create extension pg_cron" to load this file. \quit

create schema cron;

create sequence cron.jobid_seq;
create sequence cron.runid_seq;

create table cron.job (
  jobid bigint primary key default nextval('cron.jobid_seq'),
  schedule text not null,
  command text not null,
  nodename text not null default 'localhost',
  nodeport int not null default pg_catalog.inet_server_port(),
  database text not null default current_database(),
  username text not null default current_user,
  active boolean not null default true,
  jobname text,
  constraint jobname_username_uniq unique (jobname, username)
);

create table cron.job_run_details (
  jobid bigint,
  runid bigint primary key default nextval('cron.runid_seq'),
  job_pid integer,
  database text,
  username text,
  command text,
  status text,
  return_message text,
  start_time timestamptz,
  end_time timestamptz
);

alter table cron.job enable row level security;
alter table cron.job_run_details enable row level security;
create policy cron_job_policy on cron.job using (username = current_user);
create policy cron_job_run_details_policy on cron.job_run_details using (username = current_user);

create function cron._field_is_valid(field text, lowest int, highest int, names text[]) returns boolean
language plpgsql immutable
set search_path = ''
as $$
declare
  item text;
  parts text[];
  bounds int[];
begin
  foreach item in array string_to_array(lower(field), ',') loop
    for i in 1 .. coalesce(array_length(names, 1), 0) loop
      -- Names count from the lowest value on: jan is 1, sun is 0.
      item := replace(item, names[i], (lowest + i - 1)::text);
    end loop;
    parts := regexp_match(item, '^(\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?$');
    if parts is null or parts[4]::int = 0 then return false; end if;
    if parts[1] <> '*' then
      bounds := array[parts[2]::int, coalesce(parts[3], parts[2])::int];
      if bounds[1] < lowest or bounds[2] > highest or bounds[1] > bounds[2] then return false; end if;
    end if;
  end loop;
  return coalesce(field, '') <> '';
end
$$;

create function cron._check_schedule(schedule text) returns void
language plpgsql immutable
set search_path = ''
as $$
declare
  fields text[] := regexp_split_to_array(btrim(schedule, E' \t'), '[ \t]+');
  months constant text[] := '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}';
  days constant text[] := '{sun,mon,tue,wed,thu,fri,sat}';
begin
  if schedule ~* '^\s*([1-9]|[1-5][0-9])\s+seconds?\s*$'
    or lower(btrim(schedule)) in ('@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly')
  then
    return;
  end if;
  if coalesce(array_length(fields, 1), 0) = 5
    and cron._field_is_valid(fields[1], 0, 59, null)
    and cron._field_is_valid(fields[2], 0, 23, null)
    and (fields[3] = '$' or cron._field_is_valid(fields[3], 1, 31, null))
    and cron._field_is_valid(fields[4], 1, 12, months)
    and cron._field_is_valid(fields[5], 0, 7, days)
  then
    return;
  end if;
  raise exception 'invalid schedule: %', schedule using
    errcode = 'invalid_parameter_value',
    hint = 'Use cron format (e.g. 5 4 * * *), or interval format ''[1-59] seconds''';
end
$$;

-- The public functions pass on who called them: inside a definer, current_user is the definer. (The real ones
-- are C and need no such helper. A stand-in on a developer's machine has nobody to keep out.)
create function cron._save_job(caller name, job_name text, schedule text, command text) returns bigint
language plpgsql security definer
set search_path = ''
as $$
declare
  saved bigint;
begin
  perform cron._check_schedule(_save_job.schedule);
  insert into cron.job as existing (jobname, schedule, command, username)
  values (_save_job.job_name, _save_job.schedule, _save_job.command, _save_job.caller)
  -- "active" is left alone: a paused job that is scheduled anew stays paused.
  on conflict on constraint jobname_username_uniq
    do update set schedule = excluded.schedule, command = excluded.command, database = excluded.database
  returning existing.jobid into saved;
  return saved;
end
$$;

create function cron._delete_job(caller name, job_id bigint, job_name text) returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  delete from cron.job j
  where j.username = _delete_job.caller and (j.jobid = _delete_job.job_id or j.jobname = _delete_job.job_name);
  if not found then
    raise exception 'could not find valid entry for job ''%''', coalesce(_delete_job.job_name, _delete_job.job_id::text)
      using errcode = 'internal_error';
  end if;
  return true;
end
$$;

create function cron._change_job(
  caller name, job_id bigint, schedule text, command text, database text, username text, active boolean
) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  if _change_job.schedule is not null then perform cron._check_schedule(_change_job.schedule); end if;
  if coalesce(_change_job.username, _change_job.caller) <> _change_job.caller then
    raise exception 'must be superuser to alter username' using errcode = 'insufficient_privilege';
  end if;
  update cron.job j set
    schedule = coalesce(_change_job.schedule, j.schedule),
    command = coalesce(_change_job.command, j.command),
    database = coalesce(_change_job.database, j.database),
    active = coalesce(_change_job.active, j.active)
  where j.jobid = _change_job.job_id and j.username = _change_job.caller;
  if not found then
    raise exception 'Job % does not exist or you don''t own it', _change_job.job_id using errcode = 'internal_error';
  end if;
end
$$;

create function cron.schedule(job_name text, schedule text, command text) returns bigint
language sql as $$ select cron._save_job(current_user, $1, $2, $3) $$;

create function cron.schedule(schedule text, command text) returns bigint
language sql as $$ select cron._save_job(current_user, null, $1, $2) $$;

create function cron.unschedule(job_name text) returns boolean
language sql as $$ select cron._delete_job(current_user, null, $1) $$;

create function cron.unschedule(job_id bigint) returns boolean
language sql as $$ select cron._delete_job(current_user, $1, null) $$;

create function cron.alter_job(
  job_id bigint,
  schedule text default null,
  command text default null,
  database text default null,
  username text default null,
  active boolean default null
) returns void
language sql as $$ select cron._change_job(current_user, $1, $2, $3, $4, $5, $6) $$;

-- As Supabase's: postgres may read the jobs but change them only through the functions above.
grant usage on schema cron to postgres with grant option;
grant all on all sequences in schema cron to postgres with grant option;
grant select on cron.job to postgres with grant option;
grant all on cron.job_run_details to postgres with grant option;
