import type { Testbed } from './testbed.ts'
import { LoadClient, type LoadOptions, type LoadReport } from './load/loadClient.ts'
import { processorTimeOf } from './machine/process.ts'
import { oneByOne, pace, saturate, type Publisher } from './load/publisher.ts'
import type { Running, Target } from './target.ts'

/** What one phase of publishing showed. */
export interface Measurement extends LoadReport {
  published: number
  /** Deliveries a second, while messages were published. */
  rate: number
  /** Seconds of processor time that the server used for it. */
  processorSeconds: number
  /** Messages that some of their streams did not get in time, plus everything else that was wrong. */
  faults: number
}

/** However overloaded the machine is, a message that has not arrived by then is lost. */
const COMPLETE_WITHIN_MS = 30_000

/** One running server with its open streams and its publisher. */
export class Session {
  readonly running: Running
  readonly client: LoadClient
  /** Seconds of processor time that the server used until all streams were open. */
  readonly openingSeconds: number
  readonly #publisher: Publisher
  #published = 0

  /** Starts a target, opens the streams, calls `act`, and ends both. */
  static async use<T>(
    testbed: Testbed,
    target: Target,
    options: Partial<LoadOptions> & { streams: number },
    act: (session: Session) => Promise<T>,
  ): Promise<T> {
    const running = await target.start(testbed, options.channels ?? 1)
    const before = processorTimeOf(running.pid)
    const client = testbed.load({ ...running.load, ...options })
    let publisher: Publisher | undefined
    try {
      await client.opened
      const opening = processorTimeOf(running.pid) - before
      publisher = await running.publisher()
      return await act(new Session(running, client, publisher, opening))
    } finally {
      await publisher?.close()
      await client.close()
      await running.stop()
    }
  }

  private constructor(
    running: Running,
    client: LoadClient,
    publisher: Publisher,
    openingSeconds: number,
  ) {
    this.running = running
    this.openingSeconds = openingSeconds
    this.client = client
    this.#publisher = publisher
  }

  /** Publishes as fast as messages are taken, with `window` of them in flight. */
  fast(window: number, seconds: number): Promise<Measurement> {
    return this.#publish(() => saturate(this.#publisher, this.client, { window, seconds }))
  }

  /** Publishes at a fixed rate, whether messages are taken or not. */
  paced(perSecond: number, seconds: number): Promise<Measurement> {
    return this.#publish(() => pace(this.#publisher, { perSecond, seconds }))
  }

  /** Publishes one message at a time. */
  single(count: number): Promise<Measurement> {
    return this.#publish(() => oneByOne(this.#publisher, this.client, { count, pauseMs: 20 }))
  }

  async #publish(publish: () => Promise<number>): Promise<Measurement> {
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

/** Counts what must never happen to a stream. */
export function brokenOf(report: LoadReport): number {
  const { lost, doubled, unreadable, wrongIds, gaps, resets, incomplete } = report
  return lost + doubled + unreadable + wrongIds + gaps + resets + incomplete
}
