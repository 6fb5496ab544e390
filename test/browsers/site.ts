import { afterAll, afterEach, beforeAll } from '@jest/globals'
import { readMetric } from '../../stack/readMetric.ts'
import type { Stack } from '../../stack/stack.ts'
import { Proxy } from '../faults/rig/proxy.ts'
import { Random } from '../model/random.ts'
import { freePort } from '../../stack/ports.ts'
import { PROTOCOL } from '../support/authority.ts'
import { testStack } from '../support/testStack.ts'
import type { Engine, EngineName, Profile } from './engine.ts'
import { openEngine } from './openEngines.ts'
import { Person } from './person.ts'

/** For all tests of a file: a stack without a sign-in, a link to it that can be cut, and engines as they are needed. */
export class Site {
  readonly #profiles: Profile[] = []
  readonly #engines = new Map<EngineName, Promise<Engine>>()
  #stack: Stack | undefined
  #proxy: Proxy | undefined

  constructor() {
    beforeAll(async () => {
      this.#stack = await testStack()
      const targetPort = Number(new URL(this.#stack.origin).port)
      this.#proxy = new Proxy({
        name: 'edge',
        port: await freePort(),
        targetPort,
        random: new Random(1),
      })
      await this.#proxy.open()
    }, 180_000)
    // Pages of one test must not come back to the gateways in the next one, which counts.
    afterEach(async () => {
      for (const profile of this.#profiles.splice(0)) await profile.close().catch(() => {})
    }, 60_000)
    afterAll(async () => {
      for (const engine of this.#engines.values()) await (await engine).close()
      await this.#proxy?.close()
      await this.#stack?.stop()
    }, 120_000)
  }

  get stack(): Stack {
    return given(this.#stack)
  }

  get proxy(): Proxy {
    return given(this.#proxy)
  }

  /** Where pages reach the stack by the link. */
  get origin(): string {
    return `${PROTOCOL}://127.0.0.1:${this.proxy.port}`
  }

  /** A browser profile, until the end of the test. */
  async profile(name: EngineName): Promise<Profile> {
    const engine = this.#engines.get(name) ?? openEngine(name)
    this.#engines.set(name, engine)
    const profile = await (await engine).profile()
    this.#profiles.push(profile)
    return profile
  }

  /** Somebody in a profile of their own. */
  async person(engine: EngineName, channel: string): Promise<Person> {
    const person = new Person(await (await this.profile(engine)).tab())
    await person.open(this.origin, channel)
    return person
  }

  /** Streams that are open at all gateways. */
  async streams(): Promise<number> {
    const gateways = this.stack.processes.filter(({ role }) => role === 'gateway')
    const each = gateways.map(({ metricsUrl }) =>
      readMetric(metricsUrl, 'causeway_gateway_streams'),
    )
    return (await Promise.all(each)).reduce((sum, count) => sum + count, 0)
  }

  /** A message of somebody without a page. */
  async post(channel: string, text: string): Promise<void> {
    const answer = await fetch(`${this.stack.origin}/channels/${channel}/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Causeway-Sender': 'mallory' },
      body: JSON.stringify({ data: { text } }),
    })
    if (answer.status !== 201) throw new Error(`posted with ${answer.status}`)
  }

  /** The texts of a channel, as the log has them. */
  async stored(channel: string): Promise<string[]> {
    const answer = await fetch(
      `${this.stack.origin}/history?channel=${channel}&order=asc&limit=1000`,
    )
    const { messages }: { messages: { data: { text: string } }[] } = JSON.parse(await answer.text())
    return messages.map(({ data }) => data.text)
  }
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is there only in a test')
  return value
}
