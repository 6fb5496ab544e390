import { pino } from 'pino'
import { type Counter, Registry } from 'prom-client'
import { createIsAllowed, createRequireAccess } from '../../chassis/auth/middleware.ts'
import { clock } from '../../chassis/clock.ts'
import type { AccessRow } from '../../contract/access.ts'
import { AcceptMessage } from '../../ingest/acceptMessage.ts'
import type { IngestLimitsOptions } from '../../ingest/ingestLimits.ts'
import { createIngestMetrics } from '../../ingest/metrics.ts'
import { MqttDoor } from '../../ingest/mqttDoor.ts'
import { MqttPosts } from '../../ingest/mqttPosts.ts'
import { Retries } from '../../ingest/retries.ts'
import type { LogWriter } from '../../history/logWriter.ts'
import type { Appended, Draft } from '../../history/types.ts'
import type { Opened } from './disposables.ts'
import { ingestLimits } from './ingestLimits.ts'
import { settle, TestAccess } from './testAccess.ts'
import { waitFor } from './waitFor.ts'

export interface MqttIngestOptions {
  url: string
  log: LogWriter
  /** Who may what; without them AUTH is open. */
  rows?: readonly AccessRow[]
  limits?: Partial<IngestLimitsOptions>
  append?: (draft: Draft) => Promise<Appended>
  mostPackets?: number
  /** How many logs there are, and which a channel is in. */
  logs?: number
  logOf?: (channel: string) => number
}

/** The part of an ingest that takes posts by MQTT, in the process of the test. A body may have 1,000 bytes, an event 2,000. */
export class MqttIngest {
  readonly door: MqttDoor
  readonly #metrics = createIngestMetrics(new Registry())
  /** Packets that came, and those of them that were handled. */
  received = 0
  handled = 0
  /** While it is set, no packet is acknowledged. */
  isMute = false

  static async open(opened: Opened, options: MqttIngestOptions): Promise<MqttIngest> {
    const { rows } = options
    const access = rows && new TestAccess(...rows)
    await settle()
    const ingest = new MqttIngest(options, access)
    opened.add(() => ingest.door.close(2_000))
    opened.add(() => access?.stop())
    await waitFor(() => ingest.door.isReceiving)
    return ingest
  }

  private constructor(options: MqttIngestOptions, test: TestAccess | undefined) {
    const {
      url,
      log,
      limits,
      append = (draft) => log.append(draft),
      mostPackets = 50_000,
      logs = 1,
      logOf = () => 0,
    } = options
    const logger = pino({ level: 'silent' })
    const posts = ingestLimits(new Registry(), limits).posts
    const mqttPosts = new MqttPosts({
      prefix: 'causeway',
      maxBytes: 1_000,
      acceptMessage: new AcceptMessage({
        requireAccess: createRequireAccess(test?.access),
        isAllowed: createIsAllowed(test?.access),
        maxEventBytes: 2_000,
        limits: posts,
        append,
        publish: () => {},
      }),
      limits: posts,
      access: test?.access,
      posts: this.#metrics.mqttPosts,
      receipts: this.#metrics.receipts,
      logOf,
      retries: new Retries(),
      logger,
    })
    this.door = new MqttDoor({
      url,
      prefix: 'causeway',
      logs,
      mostPackets,
      sessions: log.mqttSessions,
      clock,
      logger,
      handle: async (...received) => {
        this.received++
        await mqttPosts.handle(...received)
        this.handled++
        if (this.isMute) await new Promise(() => {})
      },
    })
  }

  /** How many posts ended so. */
  outcome(name: string): Promise<number> {
    return valueOf(this.#metrics.mqttPosts, name)
  }

  receipts(outcome: string): Promise<number> {
    return valueOf(this.#metrics.receipts, outcome)
  }
}

async function valueOf(counter: Counter<'outcome'>, outcome: string): Promise<number> {
  const { values } = await counter.get()
  return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0
}
