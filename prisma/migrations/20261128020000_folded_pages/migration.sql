-- Messages of a channel without edits, deletions and reactions, which a folded page leaves out: it must not go through thousands of
-- them for one message.
--
-- Building it reads each partition, and posts wait meanwhile: about a second for a million messages. docs/operations.md tells how to
-- build it beforehand; this statement then only joins it to the table.
create index if not exists "message_log_id_channel_position_folded_idx"
    on "message" ("log_id", "channel", "position") where "about_as" is null or "about_as" = 'reply';
