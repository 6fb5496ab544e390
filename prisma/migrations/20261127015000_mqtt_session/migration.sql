-- The sessions at the MQTT broker by which ingests receive posts. The broker keeps a session's messages when its ingest dies, but
-- gives them to nobody else: so another ingest must know of the session, and take it over.
create table "mqtt_session" (
    "log_id"    smallint not null,
    -- The client id at the broker.
    "client_id" text     not null,
    -- By the database's clock: when its ingest last said that it has it. `-infinity`: nobody has it.
    "seen_at"   timestamp(3) with time zone not null,
    primary key ("log_id", "client_id")
);
