import { once } from 'node:events'
import type { Server } from 'node:http'
import { createTerminus } from '@godaddy/terminus'
import type { Registry } from 'prom-client'
import { within } from './deadline.ts'
import { drainServer } from './drain.ts'
import { flushLog, type Logger } from './logger.ts'
import { createPrivateServer } from './privateServer.ts'
import { createReadiness, NotReady } from './readiness.ts'

/** Longest close after the drain. A backing service may be the reason for the stop, and never answer. */
const CLOSE_SECONDS = 5

const FLUSH_SECONDS = 1

/** Capped by `net.core.somaxconn`. Node's 511 makes a reconnect storm wait for SYN retries of 1, 3 and 7 seconds. */
const BACKLOG = 65_535

interface Listener {
  server: Server
  host: string
  port: number
}

interface ServiceOptions {
  logger: Logger
  registry: Registry
  /** The address of `/metrics`, `/live` and `/ready`; only the operator's side can reach it. */
  metrics: { host: string; port: number }
  /** The public servers: they stop accepting first, and requests in flight on them may finish. */
  servers?: Listener[]
  /** Rejects while the service cannot do its work. Probes call it, one at a time. */
  ready: () => Promise<void>
  /** Runs beside the drain of `servers`, to end streams. Its signal aborts after `drainSeconds`, or at a second signal. */
  drain?: (signal: AbortSignal) => Promise<void>
  /** Disconnects from the backing services, after the last request is answered. */
  close: () => Promise<void>
  drainSeconds: number
}

/**
 * Runs a service until SIGTERM or SIGINT; resolves when it listens.
 *
 * It stops in this order: not ready → public servers stop accepting, requests in flight finish, `drain` → the private server
 * stops → `close` → exit 0. Terminus sits on the private server. It closes its server's connections before this code could end
 * them well, and probes and scrapes must go on during a drain. A second signal ends the drain, a third the process. A watchdog
 * exits with 1 if a stop outlasts all its limits.
 */
export async function runService(options: ServiceOptions): Promise<void> {
  const { logger, registry, servers = [], drainSeconds } = options
  const forceStop = new AbortController()
  let signals = 0
  let draining = false
  const onSignal = (signal: NodeJS.Signals): void => {
    signals += 1
    logger.info({ signal, signals }, 'signal')
    if (signals === 2) forceStop.abort(new Error('a second signal'))
    if (signals > 2) process.exit(1)
  }
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal)

  const readiness = createReadiness({ ready: options.ready, logger, isDraining: () => draining })
  const privateServer = createPrivateServer(registry)
  createTerminus(privateServer, {
    // Checks return nothing: terminus merges what they return into one object shared by all answers.
    healthChecks: { '/live': async () => {}, '/ready': readiness },
    // Otherwise /live would fail during a drain, and the kubelet would kill the process in the middle of it.
    sendFailuresDuringShutdown: false,
    signals: ['SIGTERM', 'SIGINT'],
    // By default terminus sends itself the signal again, which does nothing to PID 1 of a container.
    useExit0: true,
    timeout: 1000,
    beforeShutdown: async () => {
      draining = true
      setTimeout(onStopTimeout, (drainSeconds + CLOSE_SECONDS + FLUSH_SECONDS + 2) * 1000, logger)
      const signal = AbortSignal.any([forceStop.signal, AbortSignal.timeout(drainSeconds * 1000)])
      const work = servers.map(({ server }) => drainServer(server, signal))
      if (options.drain !== undefined) work.push(options.drain(signal))
      for (const result of await Promise.allSettled(
        work.map((each) => untilAborted(each, signal)),
      )) {
        if (result.status === 'rejected') logger.warn({ err: result.reason }, 'drain cut short')
      }
      logger.info('drained')
    },
    onSignal: async () => {
      await within(CLOSE_SECONDS * 1000, 'closing', options.close())
      logger.info('closed')
    },
    onShutdown: () => within(FLUSH_SECONDS * 1000, 'the log', flushLog(logger)),
    logger: (message, error) => {
      // Terminus also reports every probe that was answered with 503.
      if (!(error instanceof NotReady)) logger.error({ err: error }, message)
    },
  })

  await listen({ server: privateServer, ...options.metrics })
  for (const listener of servers) await listen(listener)
  logger.info(
    { listening: servers.map(({ server }) => address(server)), private: address(privateServer) },
    'running',
  )
}

/** Ends the process at an uncaught error: its state is unknown, and a supervisor starts a clean one. */
export function exitOnCrash(logger: Logger): void {
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'crashed')
    process.exit(1)
  })
}

async function listen({ server, host, port }: Listener): Promise<void> {
  server.listen({ host, port, backlog: BACKLOG })
  await once(server, 'listening')
}

function address(server: Server): string {
  const bound = server.address()
  if (bound === null || typeof bound === 'string') return String(bound)
  return bound.family === 'IPv6'
    ? `[${bound.address}]:${bound.port}`
    : `${bound.address}:${bound.port}`
}

function onStopTimeout(logger: Logger): void {
  logger.fatal('stopping took too long')
  process.exit(1)
}

/** A drain that ignores its signal must not hold up the close. */
async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = once(signal, 'abort').then(() => within(500, 'the drain after its end', work))
  await Promise.race([work, aborted])
}
