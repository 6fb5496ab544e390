import { COLUMNS } from './fitting.ts'
import { positionBefore } from './firstAt.ts'

/** Messages that one step looks at: 20 milliseconds' work, of which appends wait for the last few. */
export const MAX_MESSAGES = 1_000
/** The same channel by channel: these messages lie on as many pages, and a thousand of them kept posts waiting for 30 ms. */
export const MAX_BEYOND = 250
/** Channels in one step: it locks their rows. */
const MAX_CHANNELS = 100

export const POSITION_BEFORE = positionBefore('(now() - make_interval(secs => $2::float8))')

export const CHANNELS = `
  select c."name" as "channel", c."count" - c."removed" as "messages", m."position" as "first"
  from (
    select * from "channel" where "log_id" = $1::smallint and "name" > $2::text and "count" > "removed"
    order by "name" limit ${MAX_CHANNELS}
  ) c
    cross join lateral (
      select "position" from "message"
      where "log_id" = $1::smallint and "channel" = c."name" and "position" > c."low" order by "position" limit 1
    ) m
  order by c."name"`

export const LOCK = `
  select l."epoch", a."file", a."bytes",
    pg_try_advisory_xact_lock(hashtext('causeway retention'), l."id") as "locked"
  from "log" l left join "archive" a on a."log_id" = l."id" where l."id" = $1::smallint`

const PLACE = '"channel", "position", "data_bytes"'

export const ALONG = `
  select ${PLACE} from "message"
  where "log_id" = $1::smallint and "position" > $2::bigint and "position" <= $3::bigint
  order by "position" limit ${MAX_MESSAGES}`

/** Channel by channel along its own index, until there are enough. Their order is the log's: neighbours are removed together. */
export const BEYOND = `
  select * from (
    select m.* from unnest($2::text[], $3::bigint[]) as w("name", "keep")
      join "channel" c on c."log_id" = $1::smallint and c."name" = w."name"
      cross join lateral (
        select ${PLACE} from "message"
        where "log_id" = $1::smallint and "channel" = w."name" and "position" > c."low"
          and "position" <= $4::bigint
        order by "position"
        limit greatest(0, least(${MAX_BEYOND}, c."count" - c."removed" - w."keep"))
      ) m
    limit ${MAX_BEYOND}
  ) beyond order by "position"`

export const MESSAGES = `
  select m.* from unnest($2::bigint[]) as w("at")
    cross join lateral (
      select ${COLUMNS} from "message" where "log_id" = $1::smallint and "position" = w."at" limit 1
    ) m
  order by m."position"`

export const REMOVE = `
  select remove_messages($1::smallint, $2::bigint[], $3::text, $4::bigint) as "count"`

export const PARTITIONS = `
  select split_part(c."relname", '_', 3) as "end"
  from pg_inherits i join pg_class c on c."oid" = i."inhrelid"
  where i."inhparent" = 'message'::regclass and split_part(c."relname", '_', 2) = $1::text
  order by split_part(c."relname", '_', 3)::bigint`

export const DROP = 'select drop_partition($1::smallint, $2::bigint) as "dropped"'
