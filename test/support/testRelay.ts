import { setImmediate as turn } from 'node:timers/promises'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { createBridgeMetrics, type BridgeMetrics } from '../../bridge/metrics.ts'
import { Relay } from '../../bridge/relay.ts'
import type { Extent } from '../../contract/extent.ts'
import type { Entry, LinkedEntry } from '../../contract/message.ts'
import { Clock } from '../model/clock.ts'
import { entries, extentAt, idOf } from './testSequencer.ts'

interface Question {
  text: string
  resolve: (answer: unknown) => void
  reject: (error: Error) => void
}

/** A relay on a virtual clock. Its log and its Redis answer when the test says so. */
export class TestRelay {
  readonly clock = new Clock()
  readonly metrics: BridgeMetrics = createBridgeMetrics(new Registry())
  readonly relay: Relay
  /** The byte limit of each read of the log. */
  readonly bytesAsked: number[] = []
  /** The epochs that the relay has ended. */
  readonly ended: string[] = []
  readonly #open: Question[] = []
  #news: string[] = []
  readonly #lines: Record<string, unknown>[] = []
  #linesRead = 0

  constructor() {
    this.relay = new Relay({
      log: {
        head: async (mark) => {
          const head = await this.#ask<{ epoch: string; position: number }>('head')
          return { id: idOf(head.position), idAt: idOf(mark), ...head }
        },
        scan: async ({ after, upTo, maxBytes }) => {
          this.bytesAsked.push(maxBytes)
          const found = await this.#ask<{ entries: LinkedEntry[] }>(`fetch ${after}-${upTo}`)
          return { idAt: idOf(after), ...found }
        },
        endEpoch: (epoch, { position }) => this.#ask(`end ${epoch} at ${position}`),
      },
      copy: {
        open: async (epoch, low) =>
          extentAt(await this.#ask(`open ${epoch} at ${low.position}`), 0, epoch),
        append: ({ epoch, position }, run) =>
          this.#extent(epoch, `append ${position}: ${positions(run)}`),
        watermark: (epoch) => this.#extent(epoch, `watermark ${epoch}`),
      },
      metrics: this.metrics,
      onEpochEnded: (epoch, { position }) => void this.ended.push(`${epoch} at ${position}`),
      logger: pino({ level: 'info' }, { write: (line) => void this.#lines.push(JSON.parse(line)) }),
      tickMs: 1_000,
      reorderWaitMs: 40,
      after: (ms, run) => this.clock.after(ms, run),
    })
  }

  /** Begins with Redis and the log both at `head`. */
  async begin(head: number): Promise<void> {
    this.relay.start()
    await this.answer('head', { epoch: 'e1', position: head })
    await this.answer('open', head)
    this.news()
  }

  /** The questions since the last call. */
  news(): string[] {
    return this.#news.splice(0)
  }

  /** The messages logged since the last call. */
  logged(): unknown[] {
    const fresh = this.#lines.slice(this.#linesRead)
    this.#linesRead = this.#lines.length
    return fresh.map(({ msg }) => msg)
  }

  /** All log lines, with their fields. */
  lines(): readonly Record<string, unknown>[] {
    return this.#lines
  }

  /** The questions without an answer. */
  get open(): string[] {
    return this.#open.map(({ text }) => text)
  }

  /** Answers the oldest open question with this beginning. */
  async answer(question: string, answer: unknown): Promise<void> {
    this.#take(question).resolve(answer)
    await turn()
  }

  async fail(question: string, reason = 'it is away'): Promise<void> {
    this.#take(question).reject(new Error(reason))
    await turn()
  }

  /** Delivers copies over MQTT. */
  hear(...at: number[]): void {
    for (const entry of entries(...at)) this.relay.receive('e1', entry)
  }

  /** Lets time pass in steps, so that each timer can start others. */
  async pass(ms: number): Promise<void> {
    for (const end = this.clock.now + ms; this.clock.now < end;) {
      this.clock.runUntil(Math.min(end, this.clock.now + 10))
      await turn()
    }
  }

  async value(name: Exclude<keyof BridgeMetrics, 'failures'>): Promise<number | undefined> {
    return (await this.metrics[name].get()).values[0]?.value
  }

  /** How often each action failed. */
  async failures(): Promise<Record<string, number>> {
    const { values } = await this.metrics.failures.get()
    return Object.fromEntries(values.map(({ labels, value }) => [String(labels.action), value]))
  }

  /** Redis answers with its head, or that it is empty. */
  async #extent(epoch: string, text: string): Promise<Extent | undefined> {
    const head = await this.#ask<number | undefined>(text)
    return head === undefined ? undefined : extentAt(head, 0, epoch)
  }

  #ask<T>(text: string): Promise<T> {
    this.#news.push(text)
    return new Promise<T>((resolve, reject) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a test answers with what was asked for
      this.#open.push({ text, resolve: (answer) => resolve(answer as T), reject })
    })
  }

  #take(question: string): Question {
    const index = this.#open.findIndex(({ text }) => text.startsWith(question))
    const [taken] = index === -1 ? [] : this.#open.splice(index, 1)
    if (taken === undefined)
      throw new Error(`not asked: ${question}; open: ${this.open.join(', ')}`)
    return taken
  }
}

function positions(run: readonly Entry[]): string {
  return run.map(({ position }) => position).join(' ')
}
