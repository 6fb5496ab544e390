import { join } from 'node:path'
import { historyOfLog } from './judge/historyOfLog.ts'
import { type JudgedLogs, judgeLogs } from './judge/judgeLogs.ts'
import { type Limits, withoutTimes, withPatience, USUAL_LIMITS } from './judge/judge.ts'
import type { Chain, FaultHistory, PostRecord, Retreat, Row } from './judge/records.ts'
import { dump, query, readHead } from './rig/database.ts'
import type { Rig } from './rig/rig.ts'
import { readRecords } from './traffic/eventLog.ts'

/** What a run leaves, of all logs. */
interface Records extends Pick<FaultHistory, 'samples' | 'streamsLeft' | 'fault'> {
  dir: string
  chains: readonly Chain[]
  /** The heads of the logs before the run, by their numbers. */
  bases: ReadonlyMap<number, number>
  /** With one log: those that retention has removed since. */
  kept: readonly Row[]
  /** With one log only. */
  retreat: Retreat | undefined
  limits: Partial<Limits>
  patience: number
  /** Others use the machine too: then times are not judged. */
  isShared: boolean
  /** The logs that the fault hits; undefined: all. */
  struck: readonly number[] | undefined
}

/** The head of each log, by its number. */
export async function headsOfLogs(rig: Rig): Promise<Map<number, number>> {
  const heads = await Promise.all(
    rig.logs.ids.map(async (log): Promise<[number, number]> => {
      const { position } = await readHead(rig.logs.databaseUrlOf(log), log)
      return [log, position]
    }),
  )
  return new Map(heads)
}

/** The head of each channel. */
export async function headsOfChannels(
  rig: Rig,
  channels: readonly string[],
): Promise<Map<string, number>> {
  const names = channels.map((name) => `'${name}'`).join(',')
  const heads = new Map<string, number>()
  for (const log of rig.logs.ids) {
    const rows = await query(
      rig.logs.databaseUrlOf(log),
      `select name, head::text from channel where log_id = ${log} and name in (${names})`,
    )
    for (const row of rows) heads.set(row['name'] ?? '', Number(row['head']))
  }
  return heads
}

/** Compares the records of a run with a dump of each log. */
export async function judgeRun(rig: Rig, records: Records): Promise<JudgedLogs> {
  const { dir, bases, kept, retreat, chains, samples, streamsLeft, fault, struck } = records
  const posts = readRecords<PostRecord>(join(dir, 'posts.jsonl'))
  const { ids, channelLogs } = rig.logs
  const logOf = (channel: string): number => channelLogs.logOf(channel)
  const logs = await Promise.all(
    ids.map(async (log, at) => {
      const url = rig.logs.databaseUrlOf(log)
      const base = bases.get(log) ?? 0
      const isHealthy = struck !== undefined && !struck.includes(log)
      const own = isHealthy ? { postsMayFail: false } : {}
      const history: FaultHistory = {
        ...historyOfLog({ posts, chains }, log, logOf),
        rows: [...kept, ...(await dump(url, base, log))],
        retreat,
        base,
        head: await readHead(url, log),
        // Those of the processes are said once.
        samples: at === 0 ? samples : [],
        streamsLeft: at === 0 ? streamsLeft : 0,
        fault,
      }
      const limits: Limits = { ...USUAL_LIMITS, ...records.limits, ...own }
      const { patience, isShared } = records
      return isShared
        ? { log, history, limits: withoutTimes(limits), isHealthy, patience: Infinity }
        : { log, history, limits: withPatience(limits, patience), isHealthy, patience }
    }),
  )
  return judgeLogs(logs)
}
