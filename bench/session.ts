import type { Testbed } from './testbed.ts'
import { LoadClient, type LoadOptions, type LoadReport } from './loadClient.ts'
import { processorTimeOf } from './process.ts'
import { oneByOne, pace, saturate, type Publisher } from './publisher.ts'
import type { Running, Target } from './target.ts'

/** What came of one phase of publishing. */
export interface Phase extends LoadReport {
  published: number
  /** Deliveries a second, while messages were published. */
  rate: number
  /** Seconds of processor time that the server took for it. */
  processorSeconds: number
  /** Messages that did not reach every one of their streams in time, and everything else that was wrong. */
  faults: number
}

/** However overloaded: what has not come by then is lost. */
const COMPLETE_WITHIN_MS = 30_000

/** One server that runs, with its streams open and its publisher at hand. */
export class Session {
  readonly running: Running
  readonly client: LoadClient
  readonly #publisher: Publisher
  #published = 0

  static async open(
    testbed: Testbed,
    target: Target,
    options: Partial<LoadOptions> & { streams: number },
  ): Promise<Session> {
    const running = await target.start(testbed, options.channels ?? 1)
    const client = testbed.load({ ...running.load, ...options })
    try {
      await client.opened
      return new Session(running, client, await running.publisher())
    } catch (error) {
      await client.close()
      await running.stop()
      throw error
    }
  }

  private constructor(running: Running, client: LoadClient, publisher: Publisher) {
    this.running = running
    this.client = client
    this.#publisher = publisher
  }

  /** Messages as fast as they are taken, `window` of them on their way. */
  fast(window: number, seconds: number): Promise<Phase> {
    return this.#publish(() => saturate(this.#publisher, this.client, { window, seconds }))
  }

  /** So many messages a second, whether they are taken or not. */
  paced(perSecond: number, seconds: number): Promise<Phase> {
    return this.#publish(() => pace(this.#publisher, { perSecond, seconds }))
  }

  /** One message at a time. */
  single(count: number): Promise<Phase> {
    return this.#publish(() => oneByOne(this.#publisher, this.client, { count, pauseMs: 20 }))
  }

  async close(): Promise<void> {
    await this.#publisher.close()
    await this.client.close()
    await this.running.stop()
  }

  async #publish(publish: () => Promise<number>): Promise<Phase> {
    const { client, running } = this
    client.reset()
    const before = processorTimeOf(running.pid)
    const published = await publish()
    const meanwhile = await client.report()
    const processorSeconds = processorTimeOf(running.pid) - before
    this.#published += published
    await client.completed(this.#published, COMPLETE_WITHIN_MS)
    const report = await client.report()
    return {
      ...report,
      published,
      rate: meanwhile.events / meanwhile.seconds,
      processorSeconds,
      faults: brokenOf(report) + published - report.complete,
    }
  }
}

/** What must never happen to a stream, counted. */
export function brokenOf(report: LoadReport): number {
  const { lost, doubled, unreadable, wrongIds, gaps, resets, incomplete } = report
  return lost + doubled + unreadable + wrongIds + gaps + resets + incomplete
}
