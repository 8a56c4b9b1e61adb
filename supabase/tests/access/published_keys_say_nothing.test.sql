begin;
\ir ../fixtures.psql
select plan(4);

-- Realtime checks no policy for DELETE: the row is gone. Every subscriber gets its primary key, so no key may say more than that
-- there was a row.
create temporary view published as
select c.oid, c.relname, c.relreplident, k.indkey
from pg_publication_tables p
join pg_class c on c.oid = format('%I.%I', p.schemaname, p.tablename)::regclass
left join pg_index k on k.indrelid = c.oid and k.indisprimary
where p.pubname = 'supabase_realtime' and p.schemaname = 'public' and p.tablename like 'sync\_%';

select isnt_empty('select 1 from published', 'tables of the bundle are published');
select is(array(select relname::text from published where relreplident <> 'd' order by 1), '{}',
  'a published table sends of an old row its primary key alone');
select is(array(
  select p.relname::text from published p left join pg_attribute a on a.attrelid = p.oid and a.attnum = p.indkey[0]
  where p.indkey is null or array_length(p.indkey::smallint[], 1) <> 1 or a.atttypid <> 'uuid'::regtype order by 1),
  '{}', 'its primary key is one uuid, so no name, period, number or instant');
-- Random, or the id of a row that has a random one: not of a person, and not one that holds an instant.
select is(array(
  select p.relname::text from published p
  where not exists (
    select from pg_attrdef d
    where pg_get_expr(d.adbin, d.adrelid) ~ '^(pg_catalog\.)?gen_random_uuid\(\)$' and (
      (d.adrelid = p.oid and d.adnum = p.indkey[0])
      or (d.adrelid = 'public.sync_integrations'::regclass and exists (
        select from pg_constraint f
        where f.conrelid = p.oid and f.confrelid = d.adrelid and f.contype = 'f'
          and f.confkey[array_position(f.conkey, p.indkey[0])] = d.adnum))))
  order by 1), '{}', 'that uuid is random, or an integration''s');

select * from finish();
rollback;
