-- What is about a message, in order. Building it reads the table once, half a second for a million messages, and posts wait
-- meanwhile. docs/operations.md tells how to build it without that, beforehand.
create index if not exists "message_log_id_channel_about_position_idx"
    on "message" ("log_id", "channel", "about", "position") where "about" is not null;
