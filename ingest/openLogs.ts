import type { z } from 'zod'
import { connectionShare } from '../chassis/connectionShare.ts'
import type { Layout } from '../chassis/layout.ts'
import { QueueBytes } from '../history/fairQueue.ts'
import { LogWriter } from '../history/logWriter.ts'
import type { ingestConfig } from './config.ts'
import { Logs } from './logs.ts'

type Config = z.output<typeof ingestConfig>

interface OpenedLogs {
  logs: Logs<LogWriter>
  /** In the database of the plain address, which has grants, revocations, quotas and markers for all logs. */
  common: Pick<LogWriter, 'accessChanges' | 'addToQuota' | 'markers'>
  close: () => Promise<void>
}

/** For appends, a check and the outbox, and one to read with. */
const LEAST_CONNECTIONS = 4

/** Each log has connections and a group commit of its own: none waits for another. Together they keep to what the process may use. */
export function openLogs(
  config: Config,
  { logs: servers, channelLogs }: Layout<Config>,
  onError: (error: Error) => void,
): OpenedLogs {
  const queue = new QueueBytes(config.APPEND_QUEUE_BYTES, servers.length > 1)
  const open = (
    logId: number,
    databaseUrl: string,
    replicaUrl: string | undefined,
    isCommon = false,
  ): LogWriter =>
    new LogWriter({
      isCommon,
      databaseUrl,
      replicaUrl,
      logId,
      onError,
      connections: connectionShare(config, servers, databaseUrl, LEAST_CONNECTIONS),
      appendQueueBytes: queue,
      keySeconds: config.IDEMPOTENCY_SECONDS,
      changeSeconds: config.CHANGE_SECONDS,
    })
  const all = new Map(
    servers.map(({ id, DATABASE_URL, DATABASE_REPLICA_URL }) => [
      id,
      open(id, DATABASE_URL, DATABASE_REPLICA_URL),
    ]),
  )
  const logs = new Logs(all, channelLogs)
  const there = servers.find(({ DATABASE_URL }) => DATABASE_URL === config.DATABASE_URL)
  // Connections are made when they are needed: one that reads no log takes few.
  const common =
    (there && all.get(there.id)) ?? open(config.LOG_ID, config.DATABASE_URL, undefined, true)
  const opened = new Set([...all.values(), common])
  return {
    logs,
    common,
    close: async () => {
      await Promise.all([...opened].map((log) => log.close()))
    },
  }
}
