import { once } from 'node:events'
import type { Server } from 'node:http'
import { createTerminus } from '@godaddy/terminus'
import type { Registry } from 'prom-client'
import { within } from './deadline.ts'
import { drainServer } from './drain.ts'
import { flushLog, type Logger } from './logger.ts'
import { createPrivateServer } from './privateServer.ts'
import { createReadiness, NotReady } from './readiness.ts'

/**
 * How long closing may take after the drain. It is disconnecting from backing services, each of which may be the reason
 * why we are being stopped, so it must not wait for an answer that will not come.
 */
const CLOSE_SECONDS = 5

const FLUSH_SECONDS = 1

/**
 * The kernel cuts this to `net.core.somaxconn`. Node's default of 511 makes a reconnect storm wait out SYN retries of
 * 1, 3 and 7 seconds.
 */
const BACKLOG = 65_535

interface Listener {
  server: Server
  host: string
  port: number
}

export interface ServiceOptions {
  logger: Logger
  registry: Registry
  /** Where `/metrics`, `/live` and `/ready` are: an address that only the operator's side can reach. */
  metrics: { host: string; port: number }
  /** The public servers: they stop accepting first, and what is in flight on them may finish. */
  servers?: Listener[]
  /** Rejects while the service cannot do its work. Asked by probes, one call at a time. */
  ready: () => Promise<void>
  /**
   * Runs beside the draining of `servers` and ends what would not end by itself, such as streams. The signal aborts when
   * `drainSeconds` are over or a second signal has come: then whatever is left is cut.
   */
  drain?: (signal: AbortSignal) => Promise<void>
  /** Lets go of the backing services, after the last request has been answered. */
  close: () => Promise<void>
  drainSeconds: number
}

/**
 * Runs a service until SIGTERM or SIGINT; resolves when it listens.
 *
 * The order of stopping: not ready → public servers stop accepting, what is in flight finishes, `drain` → the private
 * server stops → `close` → exit 0. Terminus sits on the private server, because it cuts the connections of its server
 * before anything of ours could end them well, and because probes and scraping are to go on while we drain. A second
 * signal ends the drain, a third the process. A watchdog ends with 1 whatever outlasts all of its limits.
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
    // Checks give nothing back: terminus merges what they give into one object shared by all answers.
    healthChecks: { '/live': async () => {}, '/ready': readiness },
    // Otherwise /live would fail while draining, and the process would be killed in the middle of it.
    sendFailuresDuringShutdown: false,
    signals: ['SIGTERM', 'SIGINT'],
    // The default re-sends the signal, which does nothing to PID 1 of a container.
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
      // Terminus also tells of every probe that was answered with 503.
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

/** Ends the process on what nobody caught: its state is unknown, and a supervisor starts a clean one. */
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

async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  // A drain that does not listen to its signal must not hold up the close.
  await Promise.race([
    work,
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => setTimeout(reject, 500, signal.reason), { once: true })
    }),
  ])
}
