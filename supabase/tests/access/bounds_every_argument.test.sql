-- What comes in is bounded and is not echoed: every function of the API with a megabyte in each of its texts and JSON arguments.
-- The functions are those that the catalogue has. A new one is attacked as soon as it is there.
begin;
\ir ../fixtures.psql

create function pg_temp.api() returns table (oid oid, name text, caller text, arguments text[], types regtype[], defaults int)
language sql as $$
  select p.oid, p.proname::text, case when has_function_privilege('authenticated', p.oid, 'execute') then 'admin' else 'service_role' end,
    p.proargnames[1:p.pronargs], (select array_agg(t.type::regtype order by t.n) from unnest(p.proargtypes) with ordinality t (type, n)),
    p.pronargdefaults
  from pg_proc p
  where p.pronamespace = 'public'::regnamespace
    and (has_function_privilege('authenticated', p.oid, 'execute') or has_function_privilege('service_role', p.oid, 'execute'))
    and p.prorettype <> 'trigger'::regtype
    and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
$$;

-- What the calls are about: a run that works on a batch, a failed one, a connection check, a sender of alerts, a warm-up.
update public.sync_integrations set manual_cooldown = '0';
create temporary table ids (name text primary key, id text);
insert into ids select 'failed', sync_test.trigger_as('coordinator');
select public.cancel_integration_sync(id::uuid) from ids;
insert into ids select 'run', sync_test.trigger_as('coordinator');
update sync_scheduler.run_attempts set token_hash = sha256('a token') where run_id = (select id::uuid from ids where name = 'run');
select public.sync_worker_claim(id::uuid, 1, 'a token', sync_test.id('boot'), 1, false) from ids where name = 'run';
insert into ids select 'batch', public.sync_worker_reserve_entries(id::uuid, 1, 'a token', 3) ->> 'batch_id' from ids where name = 'run';
insert into sync_scheduler.connection_checks (integration_id, token_hash, requested_at, claimed_at)
values (sync_test.id('integration a'), sha256('a token'), clock_timestamp(), clock_timestamp());
insert into public.sync_alert_webhooks (org_id, host, format, min_severity, finished_runs)
values (sync_test.id('org a'), 'hooks.slack.com', 'slack', 'info', false);
insert into sync_scheduler.alert_senders (org_id, secret_id, token_hash, requested_at, claimed_at)
values (sync_test.id('org a'), sync_test.id('no secret'), sha256('a token'), now(), now());
insert into sync_scheduler.warmups (scheduled_for, token_hash) values ('2026-11-29', sha256('a token'));
insert into public.sync_alerts (alert_id, org_id, integration_id, kind, severity, dedup_key, message)
values (sync_test.id('alert'), sync_test.id('org a'), sync_test.id('integration a'), 'run_failed', 'info', 'x', 'x');

-- By the name of an argument, or of function and argument. A function with other arguments needs a line here.
create temporary table givens (argument text primary key, value text);
insert into givens
select * from (values
  ('org_id', sync_test.id('org a')::text), ('integration_type', 'webhook'), ('integration_id', sync_test.id('integration a')::text),
  ('run_id', (select id from ids where name = 'run')), ('retry_integration_sync.run_id', (select id from ids where name = 'failed')),
  ('alert_id', sync_test.id('alert')::text), ('attempt', '1'), ('token', 'a token'), ('batch_id', (select id from ids where name = 'batch')),
  ('batch_size', '3'), ('boot_id', sync_test.id('boot')::text), ('boot_ms', '1'), ('cold_start', 'false'),
  ('scheduled_for', '2026-11-29'), ('outcome', 'failed'), ('error_class', 'transient'), ('error_code', 'x'), ('error_message', 'x'),
  ('from', '2026-11-01'), ('to', '2026-11-02'), ('reason', 'x'), ('entry_keys', '{"entry 09"}'), ('config', '{"url": "https://example.test/"}'),
  ('changes', '{"schedule": "0 2 * * *", "time_zone": "Europe/Oslo", "manual_cooldown": "PT5M", "max_attempts": 3, "ignored_fields": null,
    "fiscal_year_ends": 12, "payloads": "free", "enabled": true}'),
  ('configure_alert_webhook.changes', '{"url": "https://hooks.slack.com/x", "kinds": ["drift"], "format": "slack"}'),
  ('credentials', '{"signing_secret": "x"}'), ('checkpoint', '{"page": 1}'), ('database_trouble', '{"code": "database_full", "since": "x"}'),
  ('entries', '[{"entry_key": "entry 09", "resolution": "exported", "external_id": "x", "sent_at": null}]'),
  ('add_sync_entries.entries', '[{"entry_key": "x", "period": "2026-11", "document_number": "x", "payload": {"a": "b"}}]'),
  ('results', '[{"entry_key": "entry 01", "state": "rejected", "error": "x", "external_id": "x", "not_sent": false, "refused_alone": false}]'),
  ('sync_worker_finish_alerts.results', '[{"message_id": null, "outcome": "failed", "status": 500, "error": "x", "retry_after_seconds": 1}]'),
  ('probes', '[{"integration_id": null, "token": "a token"}]'), ('senders', '[{"org_id": null, "token": "a token"}]')
) v (argument, value);
create function pg_temp.given(fn text, argument text) returns text language sql stable as $$
  select g.value from givens g where g.argument in (fn || '.' || given.argument, given.argument)
  order by length(g.argument) desc limit 1
$$;

-- A megabyte, in each shape that a text, a list of texts or JSON can have. And 60 kB, which JSON may have: more is read of that.
create temporary table shapes as
select kind::regtype, shape, bytes, value, null::jsonb as parsed from (values
  ('text', 'a text', 1048576, repeat('x', 1048576)),
  ('text', 'a text of other letters', 1048576, repeat('ø', 524288)),
  ('text[]', 'a long text', 1048576, array[repeat('x', 1048576)]::text),
  ('text[]', 'many texts', 1048576, array_fill('key'::text, '{200000}')::text),
  ('text[]', 'a long text behind others', 1048576, array['a', null, repeat('x', 1048576)]::text),
  ('jsonb', 'numbers with many digits', 300, '{"a": [' || repeat('1e131071,', 20) || '0e-16383]}'),
  ('jsonb', 'a number with many digits before the point', 300, '[{"a": 1e341}]'),
  ('jsonb', 'one behind it', 300, '[{"a": 1e-341}]')) v (kind, shape, bytes, value)
union all
select 'jsonb'::regtype, shape, size, value, null
from unnest('{1048576,60000}'::int[]) size, lateral (values
  ('a text', to_jsonb(repeat('x', size))::text),
  ('lists in lists', repeat('[', least(size / 4, 5000)) || to_jsonb(repeat('x', size / 2)) || repeat(']', least(size / 4, 5000))),
  ('many keys', (select jsonb_object_agg('key ' || n, n) from generate_series(1, size / 16) n)::text),
  ('a long key', jsonb_build_object(repeat('x', size), 1)::text),
  ('a list of a text', jsonb_build_array(repeat('x', size))::text),
  ('a list of numbers', '[' || repeat('1,', size / 2) || '1]'),
  ('numbers that grow', '{"a": [' || repeat('0e-16383,', size / 64) || '1]}'),
  ('a list of a long key', jsonb_build_array(jsonb_build_object(repeat('x', size), 1))::text)) v (shape, value);
-- Read once, for each of them is an argument of every function.
update shapes set value = null, parsed = value::jsonb where kind = 'jsonb'::regtype;
-- What the value of a key is made.
create temporary table long_values as
select shape, size as bytes, value
from unnest('{1048576,60000}'::int[]) size, lateral (values
  ('a text', to_jsonb(repeat('x', size))),
  ('lists in lists', (repeat('[', 3000) || to_jsonb(repeat('x', size - 30000)) || repeat(']', 3000))::jsonb),
  ('a list of keys', (select to_jsonb(array_agg('key ' || n)) from generate_series(1, size / 32) n))) v (shape, value);

create function pg_temp.attacks(fn text, argument text, kind regtype) returns table (shape text, bytes int, value text, parsed jsonb)
language plpgsql stable as $$
declare
  given constant jsonb := case when kind = 'jsonb'::regtype then pg_temp.given(fn, argument)::jsonb end;
  in_list constant boolean := jsonb_typeof(given) = 'array';
begin
  return query select s.shape, s.bytes, s.value, s.parsed from shapes s where s.kind = attacks.kind;
  -- What the function expects, with one value at a time made long, or many.
  return query select format('%s: %s', field, v.shape), v.bytes, null::text,
    jsonb_set(given, case when in_list then array['0', field] else array[field] end, v.value)
  from jsonb_object_keys(case when in_list then given -> 0 else given end) field, long_values v
  where kind = 'jsonb'::regtype;
end
$$;

-- The value is $1, or $2 if it is JSON: else the context of an error would quote the statement.
create function pg_temp.call_of(fn record, attacked text) returns text language plpgsql stable as $$
declare
  list text[];
  given text;
begin
  for i in 1..coalesce(cardinality(fn.arguments), 0) loop
    given := pg_temp.given(fn.name, fn.arguments[i]);
    if fn.arguments[i] = attacked then
      list := list || format(case when fn.types[i] = 'jsonb'::regtype then '%I => $2' else '%I => $1::%s' end,
        fn.arguments[i], fn.types[i]);
    elsif given is null and i <= cardinality(fn.arguments) - fn.defaults then
      raise exception '% has an argument % without a value: add one to the table givens', fn.name, fn.arguments[i];
    elsif given is not null then
      list := list || format('%I => %L::%s', fn.arguments[i], given, fn.types[i]);
    end if;
  end loop;
  return format('select left(array_agg(r)::text, 5000) from public.%I(%s) r', fn.name, array_to_string(list, ', '));
end
$$;

-- All that is written down anywhere.
create function pg_temp.stored() returns bigint language plpgsql as $$
declare
  one text;
  bytes bigint;
  total bigint := (select sum(octet_length(s.secret)) from vault.secrets s);
begin
  for one in
    select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname in ('public', 'sync_scheduler')
  loop
    execute format('select coalesce(sum(octet_length(t::text)), 0) from %s t', one) into bytes;
    total := coalesce(total, 0) + bytes;
  end loop;
  return total;
end
$$;

-- Read once, because every call below is undone.
create temporary table stored_before as select pg_temp.stored() as bytes;
create temporary table tried (name text, argument text, shape text, as_whom text, answer text);
-- What is wrong with the answer to a call; null: nothing. Whatever it was, nothing of it stays.
create function pg_temp.fault_of(call text, value text, parsed jsonb, as_whom text, bytes int,
  out answer text, out fault text) language plpgsql as $$
declare
  grown bigint;
  said text;
  detail text;
  hint text;
  context text;
begin
  begin
    perform sync_test.act_as(as_whom);
    execute call into answer using value, parsed;
    perform sync_test.act_as('owner');
    if bytes > 100000 then
      grown := pg_temp.stored() - (select s.bytes from stored_before s);
    end if;
    raise exception using errcode = 'UNDO1';
  exception when others then
    perform sync_test.act_as('owner');
    if sqlstate <> 'UNDO1' then
      get stacked diagnostics said = message_text, detail = pg_exception_detail, hint = pg_exception_hint, context = pg_exception_context;
      answer := sqlstate || ' ' || left(said, 100);
      fault := case
        when octet_length(said) + octet_length(detail) + octet_length(hint) > 4000 then 'its error has ' || octet_length(said || detail || hint) || ' bytes'
        when octet_length(context) > 8000 then 'the context of its error has ' || octet_length(context) || ' bytes'
        when sqlstate = '42501' and as_whom <> 'service_role' then null
        when not exists (select from sync_scheduler.error_catalog() c where c.code = sqlstate and c.message = said)
          then format('it raises %s %s', sqlstate, left(said, 100)) end;
      return;
    end if;
  end;
  fault := case
    -- The config of an integration may be long, and is part of it.
    when octet_length(answer) > 4000 and call !~ 'connect_integration' then 'its answer is long'
    -- Less than that a function may keep.
    when bytes > 100000 and grown > 4000 then format('it keeps %s bytes', grown) end;
end
$$;

create function pg_temp.faults(fn record) returns text[] language plpgsql as $$
declare
  faults text[] := '{}';
  found_fault record;
  attack record;
begin
  for i in 1..coalesce(cardinality(fn.arguments), 0) loop
    continue when fn.types[i] <> all ('{text,text[],jsonb}'::regtype[]);
    for attack in select * from pg_temp.attacks(fn.name, fn.arguments[i], fn.types[i]) loop
      select * into found_fault from pg_temp.fault_of(pg_temp.call_of(fn, fn.arguments[i]), attack.value, attack.parsed, fn.caller,
        attack.bytes);
      insert into tried values (fn.name, fn.arguments[i], attack.shape, fn.caller, found_fault.answer);
      if found_fault.fault is not null then
        faults := faults || format('%s, %s of %s bytes: %s', fn.arguments[i], attack.shape, attack.bytes, found_fault.fault);
      end if;
      continue when attack.bytes < 100000 or attack.shape like '%:%';
      -- Who may not call it hears that, and nothing else.
      select * into found_fault from pg_temp.fault_of(pg_temp.call_of(fn, fn.arguments[i]), attack.value, attack.parsed, 'outsider',
        attack.bytes);
      if found_fault.answer !~ '^(PT401|PT403|42501) ' is not false then
        faults := faults || format('%s, %s, as an outsider: %s', fn.arguments[i], attack.shape, found_fault.answer);
      end if;
    end loop;
  end loop;
  return faults;
end
$$;

create function public.sync_test_echo(reason text) returns text language plpgsql as $$
begin
  raise exception using errcode = 'PT422', message = 'invalid_entries', detail = reason;
end
$$;
grant execute on function public.sync_test_echo(text) to authenticated;
create function public.sync_test_keeps(reason text) returns integer language plpgsql security definer as $$
begin
  insert into public.sync_audit_log (org_id, action, reason) values (sync_test.id('org a'), 'x', reason);
  return 1;
end
$$;
grant execute on function public.sync_test_keeps(text) to authenticated;

select plan((select count(*)::int from pg_temp.api() where name !~ '^sync_test_') + 9);
select ok((select cardinality(pg_temp.faults(f)) from pg_temp.api() f where name = 'sync_test_echo') > 0, 'an echo is found here');
select ok((select cardinality(pg_temp.faults(f)) from pg_temp.api() f where name = 'sync_test_keeps') > 0, 'so is what is kept');
select is(pg_temp.faults(f), '{}', f.name || ' bounds its arguments, quotes none of them and keeps none')
from pg_temp.api() f where name !~ '^sync_test_' order by f.name;
select ok((select count(distinct (name, argument)) from tried where name !~ '^sync_test_') > 50, 'it is many arguments');
create temporary table kind as
select f.name, a.argument, a.type from pg_temp.api() f, unnest(f.arguments, f.types) a (argument, type) where f.name !~ '^sync_test_';
select is_empty($$ select t.name, t.argument, t.answer from tried t join kind k using (name, argument)
  where k.type <> 'jsonb'::regtype and t.shape in ('a text', 'a long text behind others') and t.answer is distinct from case t.argument
    when 'reason' then 'PT422 reason_too_long' when 'idempotency_key' then 'PT422 invalid_idempotency_key' when 'token' then 'PT401 invalid_token'
    when 'integration_type' then 'PT422 unknown_integration_type' else 'PT422 argument_too_long' end $$, 'a text that is too long is refused alike everywhere');
select set_eq($$ select t.name, t.argument from tried t join kind k using (name, argument)
    where k.type = 'jsonb'::regtype and t.shape = 'a text' and t.answer = 'PT422 argument_too_long' $$,
  -- These three take lists of thousands.
  $$ select name, argument from kind where type = 'jsonb'::regtype and (name, argument) not in (
    ('add_sync_entries', 'entries'), ('settle_sync_entries', 'entries'), ('sync_worker_record_results', 'results')) $$,
  'so is a megabyte of JSON');
update givens set value = 'fax' where argument = 'integration_type';
select is_empty($$ select f.name, a.answer from pg_temp.api() f, lateral pg_temp.fault_of(pg_temp.call_of(f, 'reason'), repeat('x', 501), null, f.caller, 501) a
  where 'reason' = any (f.arguments) and f.name !~ '^sync_test_' and a.answer <> 'PT422 reason_too_long' $$,
  'a reason that is too long is refused before anything is looked up or locked');
update givens set value = 'webhook' where argument = 'integration_type';

-- A delivery judges each entry by itself: bounds_a_payload.
select set_eq($$ select distinct name, argument, answer from tried where shape ~ 'number with|numbers with|one behind' and name <> 'add_sync_entries' $$,
  $$ select name, argument, 'PT422 argument_too_long' from kind where type = 'jsonb'::regtype and name <> 'add_sync_entries' $$, 'a short number that is long as text is refused before it is written out');

-- The columns that keep such a text.
select set_eq($$
  select c.conrelid::regclass::text, a.attname::text, (regexp_match(pg_get_constraintdef(c.oid), '<= ([0-9]+)'))[1]::int
  from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
  where c.contype = 'c' and c.connamespace in ('public'::regnamespace, 'sync_scheduler'::regnamespace)
    and pg_get_constraintdef(c.oid) ~ ('length\(' || a.attname || '\)') $$, $$ values
  ('sync_integrations', 'pause_reason', sync_scheduler.text_limit('reason')),
  ('sync_export_entries', 'entry_key', sync_scheduler.text_limit('entry_keys')),
  ('sync_scheduler.refused_entries', 'entry_key', sync_scheduler.text_limit('entry_keys')),
  -- Arguments inside a delivery: entry_fault refuses them by name.
  ('sync_export_entries', 'document_number', 35) $$, 'have the same limits');
-- jsonb_path_query as a set moves all rows that are left at each row: a megabyte of numbers would keep a backend busy for minutes.
select is_empty($$ select p.proname from pg_proc p where p.pronamespace in ('public'::regnamespace, 'sync_scheduler'::regnamespace)
  and p.prosrc ~ '\mjsonb_path_query\s*\(' $$, 'no function reads a long list in quadratic time');
select * from finish();
rollback;
