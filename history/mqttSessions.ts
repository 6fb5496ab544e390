import { Prisma, type Database } from './database.ts'
import { asReader } from './databaseError.ts'

/** A session whose ingest says nothing for so long is another's. Taking one from an ingest that lives costs it a reconnect. */
const STALE_SECONDS = 5

/**
 * The sessions at the MQTT broker, of all ingests of one log: which there are, and which have lost their ingest. Each call rejects
 * with a Problem if the database is away.
 */
export class MqttSessions {
  readonly #database: Database
  readonly #logId: number

  constructor(database: Database, logId: number) {
    this.#database = database
    this.#logId = logId
  }

  /** Says that the caller has these; new ones are noted. */
  async keep(clientIds: readonly string[]): Promise<void> {
    await this.#run(Prisma.sql`
      insert into "mqtt_session" select ${this.#logId}::smallint, "id", clock_timestamp()
      from unnest(${clientIds}::text[]) as "id" order by "id"
      on conflict ("log_id", "client_id") do update set "seen_at" = excluded."seen_at"`)
  }

  /** One that nobody has, which is then the caller's; undefined if there is none. No other caller gets it too. */
  async adopt(): Promise<string | undefined> {
    const [row] = await this.#run<{ client_id: string }>(Prisma.sql`
      update "mqtt_session" set "seen_at" = clock_timestamp()
      where "log_id" = ${this.#logId}::smallint and "client_id" = (
        select "client_id" from "mqtt_session"
        where "log_id" = ${this.#logId}::smallint
          and "seen_at" < clock_timestamp() - make_interval(secs => ${STALE_SECONDS}::int)
        order by "seen_at" limit 1 for update skip locked)
      returning "client_id"`)
    return row?.client_id
  }

  /** Leaves it to whoever adopts first. */
  async release(clientId: string): Promise<void> {
    await this.#run(Prisma.sql`
      update "mqtt_session" set "seen_at" = '-infinity'
      where "log_id" = ${this.#logId}::smallint and "client_id" = ${clientId} returning 1`)
  }

  /** The session has ended: the broker has no message of it any more. */
  async remove(clientId: string): Promise<void> {
    await this.#run(Prisma.sql`
      delete from "mqtt_session"
      where "log_id" = ${this.#logId}::smallint and "client_id" = ${clientId} returning 1`)
  }

  #run<Row>(query: Prisma.Sql): Promise<Row[]> {
    return asReader(() => this.#database.$queryRaw<Row[]>(query))
  }
}
