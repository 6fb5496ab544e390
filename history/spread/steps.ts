/** One after the other, in one transaction; `:old` is the number of the old log. */
export const STEPS: readonly string[] = [
  'create temporary table spread_channel on commit drop as select "name", log_of("name")::smallint as "log" from "channel" where "log_id" = :old',

  // Where each message goes. In each new log positions begin at 1, without holes, in the old order.
  `create temporary table spread on commit drop as
   select m."position" as "old", c."log", row_number() over (partition by c."log" order by m."position") as "new"
   from "message" m join spread_channel c on c."name" = m."channel" where m."log_id" = :old`,
  'alter table spread add primary key ("old")',
  'analyze spread',
  `select add_partitions(s."log", 1, s."last") from (select "log", max("new") as "last" from spread group by 1) s`,

  // What is about a message that retention removed keeps no place of it: no message has position 0.
  `insert into "message" ("log_id", "position", "previous", "id", "channel", "type", "sender_id", "sender_name", "data", "sent_at",
     "about", "about_as", "deleted")
   select s."log", s."new", coalesce(lag(s."new") over (partition by m."channel" order by s."new"), 0), m."id", m."channel", m."type",
     m."sender_id", m."sender_name", m."data", m."sent_at", case when m."about" is not null then coalesce(a."new", 0) end,
     m."about_as", m."deleted"
   from "message" m join spread s on s."old" = m."position" left join spread a on a."old" = m."about"
   where m."log_id" = :old`,

  `insert into "channel" ("log_id", "name", "head", "count", "low", "removed")
   select sc."log", c."name", coalesce(h."head", 0), c."count", 0, c."removed"
   from "channel" c join spread_channel sc on sc."name" = c."name" left join (
     select m."channel", max(s."new") as "head" from "message" m join spread s on s."old" = m."position"
     where m."log_id" = :old group by 1
   ) h on h."channel" = c."name"
   where c."log_id" = :old`,

  `insert into "fold" ("log_id", "position", "edits", "replies", "last_reply", "reactions")
   select s."log", s."new",
     coalesce((select array_agg(e."new" order by e."new") from unnest(f."edits") u("old") join spread e on e."old" = u."old"), '{}'),
     f."replies", l."new", f."reactions"
   from "fold" f join spread s on s."old" = f."position" left join spread l on l."old" = f."last_reply" where f."log_id" = :old`,

  `insert into "reaction" ("log_id", "about", "name", "sender_id", "position")
   select a."log", a."new", r."name", r."sender_id", coalesce(p."new", 0)
   from "reaction" r join spread a on a."old" = r."about" left join spread p on p."old" = r."position" where r."log_id" = :old`,

  `insert into "idempotency" ("log_id", "channel", "principal", "key", "position", "at")
   select s."log", i."channel", i."principal", i."key", s."new", i."at"
   from "idempotency" i join spread s on s."old" = i."position" where i."log_id" = :old`,

  `update "log" l set "head" = n."head", "last_id" = m."id", "last_at" = o."last_at"
   from (select "log", max("new") as "head" from spread group by 1) n, "message" m, "log" o
   where l."id" = n."log" and m."log_id" = n."log" and m."position" = n."head" and o."id" = :old`,

  // The words follow in the background, the newest first.
  `insert into "search_state" ("log_id", "language", "after", "up_to")
   select l."id", o."language", l."head", l."head" from "log" l, "search_state" o
   where o."log_id" = :old and l."id" in (select "log" from spread_channel)
   on conflict ("log_id") do update set "after" = excluded."after", "up_to" = excluded."up_to", "language" = excluded."language"`,
]
