import { asMilliseconds } from './database.ts'
import { BANNED, endSessions } from './revocations.ts'

/** Two tabs may send the same secret at once, or the answer to one may be lost. */
const GRACE_SECONDS = 30
/** Of one principal; one more ends the one that was used least lately. */
const MAX_SESSIONS = 50

const COLUMNS = `s."sid", s."principal", s."name", s."groups", ${asMilliseconds('s."created_at"')} as "createdAt",
  ${asMilliseconds('s."ends_at"')} as "endsAt", ${asMilliseconds('now()')} as "now"`

/** `idle`: the parameter with `idleSeconds`. */
const isOpen = (idle: string): string =>
  `s."ends_at" > now() and s."used_at" > now() - ${idle}::integer * interval '1 second'`
const GRACE = `now() - interval '${GRACE_SECONDS} seconds'`
const IS_KNOWN = `(s."secret" = $2 or s."next" = $2 or s."previous" = $2 and s."promoted_at" > ${GRACE})`

export const END_OLDEST = endSessions(
  `delete from "session" where "sid" in (
    select "sid" from "session" where "principal" = $1 order by "used_at" desc offset ${MAX_SESSIONS - 1}
  ) returning "sid"`,
  '$2',
)

// People are remembered beyond their sessions, for those who write to them.
export const BEGIN = `
  with "seen" as (
    insert into "person" as p ("principal", "name")
    select s.* from (values ($2::text, $3::text)) as s("principal", "name")
    where s."principal" like 'user:%' and not ${BANNED}
    on conflict ("principal") do update set "name" = excluded."name", "seen_at" = now()
  )
  insert into "session" as s
    ("sid", "principal", "name", "groups", "secret", "ends_at", "user_agent", "provider", "subject", "provider_sid")
  select $1, s.*, $5, now() + $6::integer * interval '1 second', $7, $8, $9, $10
  from (values ($2::text, $3::text, $4::text[])) as s("principal", "name", "groups")
  where not ${BANNED}
  returning ${COLUMNS}`

export const FIND = `
  select ${COLUMNS} from "session" s
  where s."sid" = $1 and ${isOpen('$3')} and ${IS_KNOWN} and not ${BANNED}`

// A secret that was offered to another tab just now is on its way to this one too: browsers share the cookie.
const OFFERS = `(s."next" = $2 or s."secret" = $2 and (s."next" is null or s."offered_at" <= ${GRACE}))`
// If two renewals come at once, the second waits for the first, and then sees what it has made of the row.
export const RENEW = `
  update "session" s set
    "used_at" = now(),
    "previous" = case when s."next" = $2 then s."secret" else s."previous" end,
    "promoted_at" = case when s."next" = $2 then now() else s."promoted_at" end,
    "secret" = case when s."next" = $2 then s."next" else s."secret" end,
    "next" = case when ${OFFERS} then $4 else s."next" end,
    "offered_at" = case when ${OFFERS} then now() else s."offered_at" end
  where s."sid" = $1 and ${isOpen('$3')} and ${IS_KNOWN} and not ${BANNED}
  returning ${COLUMNS}, s."next" = $4 as "offered"`

// Ended by itself; or its old secret came too late.
export const END_DEAD = endSessions(
  `delete from "session" s where s."sid" = $1
    and (not (${isOpen('$3')}) or s."previous" = $2 and s."promoted_at" <= ${GRACE}) returning "sid"`,
  '$4',
)

export const LIST = `
  select s."sid" as "id", to_json(s."created_at") #>> '{}' as "createdAt", to_json(s."used_at") #>> '{}' as "usedAt",
    s."user_agent" as "userAgent", s."provider"
  from "session" s where s."principal" = $1 and ${isOpen('$2')} order by s."used_at" desc`

export const END = endSessions(`delete from "session" where "sid" = $1 returning "sid"`, '$2')

export const END_OF = endSessions(
  `delete from "session" where "principal" = $1 and "sid" = $2 returning "sid"`,
  '$3',
)

export const END_ALL = endSessions(
  `delete from "session" where "principal" = $1 and "sid" <> $2 returning "sid"`,
  '$3',
)

export const END_OF_PERSON = endSessions(
  `delete from "session" where "provider" = $1 and "subject" = $2 returning "sid"`,
  '$3',
)

export const END_OF_SID = endSessions(
  `delete from "session" where "provider" = $1 and "provider_sid" = $2
    and ($4::text is null or "subject" = $4) returning "sid"`,
  '$3',
)

// One that has reached its greatest age is used no more, so it too becomes idle.
export const FORGET = `
  delete from "session" where "sid" in (
    select "sid" from "session" where "used_at" <= now() - $1::integer * interval '1 second'
    order by "used_at" limit 1000 for update skip locked
  ) returning 1`
