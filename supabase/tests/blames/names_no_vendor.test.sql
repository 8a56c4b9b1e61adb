-- The database knows classes of failures, and rows of types and fields. A further connector touches no function.
begin;
\ir ../fixtures.psql
select plan(2);
-- Not what a host has in public.
create function pg_temp.is_ours(schema regnamespace, name text) returns boolean language sql as $$
  select schema = 'sync_scheduler'::regnamespace or (schema = 'public'::regnamespace and name ~ '(^|_)(sync|integration|alert)(_|$)')
$$;

select is_empty($$ select p.proname from pg_proc p where pg_temp.is_ours(p.pronamespace, p.proname) and p.proname <> 'exported_fields'
  and p.prosrc ~* 'xledger|dynamics|business.?central' $$, 'no function names a vendor');
select is_empty($$ select d.description from pg_description d
    left join pg_class c on d.classoid = 'pg_class'::regclass and c.oid = d.objoid
    left join pg_proc p on d.classoid = 'pg_proc'::regclass and p.oid = d.objoid
  where pg_temp.is_ours(coalesce(c.relnamespace, p.pronamespace), coalesce(c.relname, p.proname))
    and d.description ~* 'xledger|dynamics|business.?central' $$,
  'nor does the comment of a table, a column or a function');

select * from finish();
rollback;
