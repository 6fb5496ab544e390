-- Channels by the bytes of their names, whatever order the database has for texts: names are listed by ranges of these.
create index if not exists "channel_log_id_name_idx" on "channel" ("log_id", "name" collate "C");
