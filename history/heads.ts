import { Problem } from '../contract/problem.ts'
import { idAt } from './idAt.ts'
import type { Pool } from './pool.ts'
import type { Heads } from './types.ts'

export async function readHeads(
  pool: Pool,
  log: number,
  channels: readonly string[],
  mark: number,
): Promise<Heads> {
  const rows = await pool.query<HeadRow>(HEADS, [log, channels, mark])
  const [first] = rows
  if (first === undefined) throw new Problem('unavailable', `Log ${log} does not exist.`)
  return {
    epoch: first.epoch,
    position: Number(first.position),
    id: first.id ?? '',
    idAt: first.idAt ?? '',
    channels: new Map(
      rows.flatMap(({ name, head }) => (name === null ? [] : [[name, Number(head)]])),
    ),
    lows: new Map(
      rows.flatMap(({ name, low }) => (name === null || low === '0' ? [] : [[name, Number(low)]])),
    ),
  }
}

const HEADS = `
  select l."epoch", l."head" as "position", l."last_id"::text as "id", ${idAt('$3')} as "idAt",
    wanted."name", coalesce(c."head", 0) as "head", coalesce(c."low", 0) as "low"
  from "log" l
    left join unnest($2::text[]) as wanted("name") on true
    left join "channel" c on c."log_id" = l."id" and c."name" = wanted."name"
  where l."id" = $1::smallint`

interface HeadRow {
  epoch: string
  position: string
  id: string | null
  idAt: string | null
  name: string | null
  head: string
  low: string
}
