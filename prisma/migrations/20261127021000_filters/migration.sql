-- What one sender wrote on a channel, and the messages of one type, in order. The default type has no index: most messages would be
-- in it, and a page of them is found along the channel.
--
-- Building them reads each partition twice, and posts wait meanwhile: seconds for a million messages. docs/operations.md tells how to
-- build them beforehand; these statements then only join them to the table.
create index if not exists "message_log_id_sender_id_channel_position_idx"
    on "message" ("log_id", "sender_id", "channel", "position");
create index if not exists "message_log_id_channel_type_position_idx"
    on "message" ("log_id", "channel", "type", "position") where "type" <> 'message';
