-- A host with tables of these names of its own: theirs are not ours to use, and "already exists" would help nobody.
do $$
begin
  if to_regclass('public.organizations') is not null or to_regclass('public.organization_members') is not null then
    raise exception 'sync-scheduler: public.organizations or public.organization_members is there already. Remove the '
      'migrations of the bundle from this one on and install it again with --without-membership.';
  end if;
end;
$$;
