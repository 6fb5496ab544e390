import { Pool } from '../../history/pool.ts'

/*
 * The limit of history: pages of 50 messages by a bare query, again and again over ingest's own pool. It makes nothing of the rows. The
 * readers have one of the CHANNELS each, in turn. After SECONDS it prints the pages a second.
 */
const { DATABASE_URL = '', CHANNELS = '', READERS, SECONDS } = process.env
const channels = CHANNELS.split(',')
const pool = new Pool({ databaseUrl: DATABASE_URL, connections: 8, onError: console.error })
const PAGE = `
  select "position", "previous", "id"::text, "channel", "type", "sender_id", "sender_name", "data"::text, "sent_at"
  from "message" where "log_id" = 0 and "channel" = $1::text order by "position" desc limit 50`
const start = performance.now()
const end = start + Number(SECONDS) * 1_000
let pages = 0

await Promise.all(
  Array.from({ length: Number(READERS) }, async (_, at) => {
    const channel = channels[at % channels.length] ?? ''
    for (; performance.now() < end; pages++) await pool.query(PAGE, [channel])
  }),
)
console.log((pages * 1_000) / (performance.now() - start))
await pool.close()
