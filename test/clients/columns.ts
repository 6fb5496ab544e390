import { setTimeout as sleep } from 'node:timers/promises'
import { ingestConfig } from '../../ingest/config.ts'
import { type Testbed, CHANNEL } from './testbed.ts'
import { HOSTILE, textOfSize } from './hostile.ts'
import type { How, Where } from './streamProxy.ts'

/** An event that hits all clients at once, with messages around it. */
export interface Column {
  name: string
  about: string
  run: (testbed: Testbed) => Promise<void>
  /** A client that connects again during it fails. */
  isQuiet?: true
  /** A client may stop here if a status is final for it, as the standard says. */
  hasStatus?: true
}

const HOWS: How[] = ['reset', 'end']
/** The default of ingest. */
const MAX_EVENT_BYTES = ingestConfig.shape.MAX_EVENT_BYTES.parse(undefined)
const AWAY_MS = 3_000
/** Longer than the read time-out of every client without additional heartbeats. */
const QUIET_MS = 15_000

export const COLUMNS: readonly Column[] = [
  {
    name: 'live',
    about: 'messages as they come, with every text that might be misread',
    run: (testbed) => testbed.post(...HOSTILE),
  },
  {
    name: 'largest',
    about: 'a message of the largest size, and one after it',
    run: (testbed) => testbed.post(textOfSize(CHANNEL, MAX_EVENT_BYTES), 'behind it'),
  },
  {
    name: 'cut',
    about: 'the connection is reset, ended, and refused for a while, between two events',
    run: async (testbed) => {
      for (const how of HOWS) {
        await testbed.each((proxy) => proxy.cut(how))
        await testbed.post(`after a ${how}`, 'and another')
        await testbed.settle()
      }
      await testbed.each((proxy) => proxy.set('refuse'))
      await testbed.post('while nobody answers')
      await sleep(AWAY_MS)
      await testbed.each((proxy) => proxy.set('pass'))
    },
  },
  within('data'),
  within('id'),
  within('last line'),
  {
    name: 'gateways',
    about: 'one gateway gets SIGTERM, then the other, then both',
    run: async (testbed) => {
      const [first, second] = testbed.gateways
      for (const some of [[first], [second], [first, second]]) {
        for (const gateway of some) gateway?.kill('SIGTERM')
        await testbed.post('while it stops', 'and another')
        await testbed.settle()
      }
    },
  },
  {
    name: 'come back',
    about: 'there is no gateway for a while, and the edge answers each request with a goodbye',
    run: async (testbed) => {
      await testbed.post('before')
      await testbed.settle()
      await Promise.all(testbed.gateways.map((gateway) => gateway.stop()))
      await testbed.post('while there is none', 'and another')
      await sleep(AWAY_MS)
      await testbed.post('still none')
      await Promise.all(testbed.gateways.map((gateway) => gateway.start()))
    },
  },
  {
    name: '50x',
    about: 'another proxy before Causeway answers 503, then 502',
    hasStatus: true,
    run: async (testbed) => {
      await testbed.each((proxy) => proxy.set(503))
      await testbed.each((proxy) => proxy.cut('reset'))
      await testbed.post('while it answers 503')
      await sleep(AWAY_MS / 2)
      await testbed.each((proxy) => proxy.set(502))
      await sleep(AWAY_MS / 2)
      await testbed.each((proxy) => proxy.set('pass'))
    },
  },
  {
    name: 'quiet',
    about: 'there are no messages for a while, and the client must stay',
    isQuiet: true,
    run: () => sleep(QUIET_MS),
  },
]

function within(where: Where): Column {
  return {
    name: `in ${where}`,
    about: `the connection is reset, and ended, in the ${where} of an event`,
    run: async (testbed) => {
      for (const how of HOWS) {
        await testbed.each((proxy) => proxy.cutWithin(where, how))
        await testbed.post(`cut by a ${how} in its ${where}`, 'and another')
        await testbed.settle()
      }
    },
  }
}
