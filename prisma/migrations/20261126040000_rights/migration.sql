-- Functions that change what a service's own role may not touch: they run with their owner's rights. The path is fixed, and temporary
-- tables come last in it: a caller could otherwise put a table of its own in the place of one of these.
do $$
declare
    the_function regprocedure;
begin
    for the_function in select p."oid" from pg_proc p
        where p."pronamespace" = current_schema()::regnamespace
            and (p."prosecdef" or p."proname" in ('append_messages', 'access_put'))
    loop
        execute format('alter function %s security definer set search_path = %I, pg_temp',
            the_function, current_schema());
    end loop;
end
$$;
