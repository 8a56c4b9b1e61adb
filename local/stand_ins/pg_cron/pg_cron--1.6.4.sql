-- Stand-in for pg_cron 1.6.4: its tables, functions and grants on Supabase. The jobs run in
-- pg_cron_worker.ts. Compared with the real 1.6.5; what differs on purpose says so.
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

-- The values of a field, or null when pg_cron refuses it. As in the cron that it descends from, what follows
-- a complete item is skipped ("5#2" is 5), and a step needs a range or a star. A range that runs backwards is
-- accepted. The real one then sets bits by accident; here such a range is empty.
create function cron._parse_field(field text, lowest int, highest int, names text[]) returns int[]
language plpgsql immutable
set search_path = ''
as $$
declare
  rest text := lower(field);
  item text[];
  numbers int[];
  found int[] := '{}';
begin
  loop
    item := regexp_match(rest, '^(?:(\*)|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:/([a-z0-9]+))?(.*)$');
    if item is null then return null; end if;
    rest := item[5];
    if item[4] is null and rest like '/%' then return null; end if;
    if item[2] is not null and item[3] is null and (item[4] is not null or rest like '-%') then
      return null;
    end if;
    numbers := array[
      coalesce(cron._parse_number(item[2], lowest, names), lowest),
      coalesce(cron._parse_number(coalesce(item[3], item[2]), lowest, names), highest),
      coalesce(cron._parse_number(item[4], 0, null), 1)
    ];
    if numbers[1] < lowest or numbers[1] > highest or numbers[2] < lowest or numbers[2] > highest
      or numbers[3] < 1 or numbers[3] > highest
    then
      return null;
    end if;
    found := found || array(select generate_series(numbers[1], numbers[2], numbers[3]));
    if rest not like ',%' then return found; end if;
    rest := substr(rest, 2);
  end loop;
end
$$;

-- -1 when it is neither a number nor a name, null when there is nothing. Names count from the lowest value
-- on.
create function cron._parse_number(word text, lowest int, names text[]) returns int
language sql immutable
set search_path = ''
as $$
  select case
    when word is null then null
    when word = any (names) then lowest + array_position(names, word) - 1
    when word ~ '^0*\d{1,4}$' then word::int
    else -1
  end
$$;

-- What a schedule means, for the worker, or null when pg_cron refuses it. What follows the fifth field is
-- skipped.
create function cron._parse_schedule(schedule text) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
declare
  seconds text := (regexp_match(schedule, '^\s*\+?0*([1-9]|[1-5][0-9])\s*seconds?\s*$', 'i'))[1];
  -- Of several lines, the first that is no comment.
  line text := substring(regexp_replace(schedule, '^([ \t\n]|#[^\n]*\n)*', '') from '^[^\n]*');
  fields text[];
  months constant text[] := '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}';
  days constant text[] := '{sun,mon,tue,wed,thu,fri,sat}';
  result jsonb;
begin
  if octet_length(schedule) >= 1000 then return null; end if;
  if seconds is not null then return jsonb_build_object('seconds', seconds::int); end if;
  if line like '@%' then
    line := case split_part(translate(line, E'\t', ' '), ' ', 1)
      when '@yearly' then '0 0 1 1 *'
      when '@annually' then '0 0 1 1 *'
      when '@monthly' then '0 0 1 * *'
      when '@weekly' then '0 0 * * 0'
      when '@daily' then '0 0 * * *'
      when '@midnight' then '0 0 * * *'
      when '@hourly' then '0 * * * *'
      when '@reboot' then '@reboot'
      when '@restart' then '@reboot'
    end;
    if line = '@reboot' then return '{"reboot": true}'; end if;
  end if;
  fields := regexp_split_to_array(line, '[ \t]+');
  if fields is null or array_length(fields, 1) < 5 then return null; end if;
  result := jsonb_build_object(
    'minutes', cron._parse_field(fields[1], 0, 59, null),
    'hours', cron._parse_field(fields[2], 0, 23, null),
    'days', case when fields[3] = '$' then '{}' else cron._parse_field(fields[3], 1, 31, null) end,
    'lastDay', fields[3] = '$',
    'months', cron._parse_field(fields[4], 1, 12, months),
    'weekdays', cron._parse_field(fields[5], 0, 7, days),
    -- One of the two is enough only when neither begins with a star.
    'eitherDay', fields[3] not like '*%' and fields[5] not like '*%'
  );
  return case when result = jsonb_strip_nulls(result) then result end;
end
$$;

create function cron._check_schedule(schedule text) returns void
language plpgsql immutable
set search_path = ''
as $$
begin
  if cron._parse_schedule(schedule) is not null then return; end if;
  raise exception 'invalid schedule: %', schedule using
    errcode = 'invalid_parameter_value',
    hint = 'Use cron format (e.g. 5 4 * * *), or interval format ''[1-59] seconds''';
end
$$;

-- The public functions pass on who called them: inside a definer, current_user is the definer. (The real ones
-- are C and need no such helper. A stand-in on a developer's machine need not refuse callers.)
create function cron._save_job(
  caller name, job_name text, schedule text, command text, database text default current_database(),
    active boolean default true
) returns bigint
language plpgsql security definer
set search_path = ''
as $$
declare
  saved bigint;
begin
  if _save_job.schedule is null or _save_job.command is null then
    raise exception '% can not be NULL', case when _save_job.schedule is null then 'schedule'
      else 'command' end
      using errcode = 'internal_error';
  end if;
  perform cron._check_schedule(_save_job.schedule);
  insert into cron.job as existing (jobname, schedule, command, username, database, active)
  values (_save_job.job_name, _save_job.schedule, _save_job.command, _save_job.caller, _save_job.database,
    _save_job.active)
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
declare
  owner text;
begin
  delete from cron.job j
  where j.jobid = _delete_job.job_id or (j.jobname = _delete_job.job_name and j.username = _delete_job.caller)
  returning j.username into owner;
  if not found then
    raise exception 'could not find valid entry for job %',
      coalesce(quote_literal(_delete_job.job_name), _delete_job.job_id::text)
        using errcode = 'internal_error';
  end if;
  if owner <> _delete_job.caller and not has_table_privilege(_delete_job.caller, 'cron.job', 'delete') then
    raise exception 'permission denied for table job' using errcode = 'insufficient_privilege';
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
  if num_nonnulls(
    _change_job.schedule, _change_job.command, _change_job.database, _change_job.username, _change_job.active
  ) = 0 then
    raise exception 'no updates specified' using
      errcode = 'internal_error',
      hint = 'You must specify at least one job attribute to change when calling alter_job';
  end if;
  if _change_job.schedule is not null then perform cron._check_schedule(_change_job.schedule); end if;
  if coalesce(_change_job.username, _change_job.caller) <> _change_job.caller then
    raise exception 'must be superuser to alter username' using errcode = 'insufficient_privilege';
  end if;
  if _change_job.database is not null
    and not exists (select from pg_catalog.pg_database d where d.datname = _change_job.database)
  then
    raise exception 'database "%" does not exist', _change_job.database using errcode = '3D000';
  end if;
  update cron.job j set
    schedule = coalesce(_change_job.schedule, j.schedule),
    command = coalesce(_change_job.command, j.command),
    database = coalesce(_change_job.database, j.database),
    active = coalesce(_change_job.active, j.active)
  where j.jobid = _change_job.job_id and j.username = _change_job.caller;
  if not found then
    raise exception 'Job % does not exist or you don''t own it', _change_job.job_id
      using errcode = 'internal_error';
  end if;
end
$$;

create function cron.schedule(job_name text, schedule text, command text) returns bigint
language plpgsql as $$
begin
  if $1 is null then raise exception 'job_name can not be NULL' using errcode = 'internal_error'; end if;
  return cron._save_job(current_user, $1, $2, $3);
end
$$;

create function cron.schedule(schedule text, command text) returns bigint
language sql as $$ select cron._save_job(current_user, null, $1, $2) $$;

create function cron.schedule_in_database(
  job_name text, schedule text, command text, database text, username text default null,
    active boolean default true
) returns bigint
language plpgsql as $$
begin
  if $1 is null then raise exception 'job_name can not be NULL' using errcode = 'internal_error'; end if;
  if coalesce($5, current_user) <> current_user then
    raise exception 'must be superuser to create a job for another role'
      using errcode = 'insufficient_privilege';
  end if;
  return cron._save_job(current_user, $1, $2, $3, $4, $6);
end
$$;

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

-- As the extension's own: a role that may use the schema sees its own jobs and runs, and changes a job by
-- functions only.
grant select on cron.job, cron.job_run_details to public;
grant delete on cron.job_run_details to public;
grant select on all sequences in schema cron to public;
revoke all on function cron.alter_job(bigint, text, text, text, text, boolean) from public;
revoke all on function cron.schedule_in_database(text, text, text, text, text, boolean) from public;

-- As Supabase's: postgres may read the jobs but change them only through the functions above.
grant usage on schema cron to postgres with grant option;
grant execute on all functions in schema cron to postgres with grant option;
grant all on all sequences in schema cron to postgres with grant option;
grant select on cron.job to postgres with grant option;
grant all on cron.job_run_details to postgres with grant option;
