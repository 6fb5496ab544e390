import { BANNED } from './revocations.ts'

/** How somebody is called: as they last signed in, or by the rest of the principal. */
const nameOf = (principal: string): string => `coalesce(
  (select p."name" from "person" p where p."principal" = ${principal}),
  (select s."name" from "session" s where s."principal" = ${principal} order by s."used_at" desc limit 1),
  substr(${principal}, strpos(${principal}, ':') + 1))`

export const PROFILE = `select "name", "kind", "title", "topic" from "channel_profile" where "name" = $1`

export const MINE = `
  select "name", "kind", "title", "topic" from "channel_profile" where "name" in (
    select "pattern" from "access" where "kind" = 'grant' and "subject" = $1 and "actions" <> ''
    union select "channel" from "marker" where "principal" = $1 and "followed"
  ) order by "name" limit $2::integer`

export const MEMBERS = `
  select * from (
    select a."pattern" as "channel", a."subject" as "principal", ${nameOf('a."subject"')} as "name", a."actions"
    from "access" a where a."kind" = 'grant' and a."pattern" = any($1::text[]) and a."actions" <> ''
    limit $2::integer
  ) m order by lower("name"), "principal"`

export const MEMBER = `
  select ${nameOf('$2::text')} as "name", coalesce((
    select "actions" from "access" where "kind" = 'grant' and "pattern" = $1 and "subject" = $2
  ), '') as "actions"`

export const UNKNOWN = `
  select w."principal" from unnest($1::text[]) as w("principal")
  where not exists (select from "person" p where p."principal" = w."principal")
    and not exists (select from "session" s where s."principal" = w."principal")
    and not exists (select from "api_key" k where k."principal" = w."principal")`

export const MAKE = `
  select channel_make($1, $2, $3, $4, $5, $6::text[], $7::text[], $8::integer, $9::integer, $10::integer) as "outcome"`

export const RENAME = `
  insert into "channel_profile" values ($1, $2, $3, $4, $5)
  on conflict ("name") do update set "title" = excluded."title", "topic" = excluded."topic"`

export const PUT = `
  select channel_put_member($1, $2, $3, $4, $5::integer, $6::integer, $7::integer) as "outcome"`

// The marker stays where it was.
export const FOLLOW = `
  select markers_move($1, array[$2::text], array[''], array[0::bigint], array['-infinity'::timestamptz], 2147483647)`

const QUERY = `to_tsquery('simple', array_to_string(array(
  select quote_literal(w."word") || ':*' from unnest(string_to_array(name_words($1), ' ')) as w("word") where w."word" <> ''
), ' & '))`

export const FIND = `
  select s."principal", s."name" from "person" s
  where s."words" @@ ${QUERY} and s."principal" <> $2 and not ${BANNED}
  order by lower(s."name"), s."principal" limit 20`

export const FIND_KNOWN = `
  select s."principal", s."name" from (
    select distinct b."subject" as "principal", ${nameOf('b."subject"')} as "name"
    from "access" a join "access" b on b."kind" = 'grant' and b."pattern" = a."pattern" and b."actions" <> ''
    where a."kind" = 'grant' and a."subject" = $2 and a."actions" <> '' and a."pattern" like '\\_.%'
      and b."subject" <> $2 and b."subject" ~ '^(user|guest):[^*]'
  ) s
  where to_tsvector('simple', name_words(s."name")) @@ ${QUERY} and not ${BANNED}
  order by lower(s."name"), s."principal" limit 20`
