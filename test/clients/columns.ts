import { setTimeout as sleep } from 'node:timers/promises'
import { ingestConfig } from '../../ingest/config.ts'
import { type Bed, CHANNEL } from './bed.ts'
import { HOSTILE, textOfSize } from './hostile.ts'
import type { How, Where } from './streamProxy.ts'

/** One thing that happens to all clients at once, and the messages around it. */
export interface Column {
  name: string
  about: string
  run: (bed: Bed) => Promise<void>
  /** Judged too: a client that asks again is not content with what it got. */
  isQuiet?: true
  /** Who holds a status for final, as the standard says, may stop here. */
  hasStatus?: true
}

const HOWS: How[] = ['reset', 'end']
/** The default of ingest. */
const MAX_EVENT_BYTES = ingestConfig.shape.MAX_EVENT_BYTES.parse(undefined)
const AWAY_MS = 3_000
/** Longer than the read time-out of any client that asks for no more heartbeats than usual. */
const QUIET_MS = 15_000

export const COLUMNS: readonly Column[] = [
  {
    name: 'live',
    about: 'messages as they come, with every text that might be taken for something else',
    run: (bed) => bed.post(...HOSTILE),
  },
  {
    name: 'largest',
    about: 'a message of the largest size that is taken, and one behind it',
    run: (bed) => bed.post(textOfSize(CHANNEL, MAX_EVENT_BYTES), 'behind it'),
  },
  {
    name: 'cut',
    about: 'the connection dropped, ended, and refused for a while, between two events',
    run: async (bed) => {
      for (const how of HOWS) {
        await bed.each((proxy) => proxy.cut(how))
        await bed.post(`after a ${how}`, 'and another')
        await bed.settle()
      }
      await bed.each((proxy) => proxy.set('refuse'))
      await bed.post('while nobody answers')
      await sleep(AWAY_MS)
      await bed.each((proxy) => proxy.set('pass'))
    },
  },
  within('data'),
  within('id'),
  within('last line'),
  {
    name: 'gateways',
    about: 'SIGTERM to one gateway, to the other, to both',
    run: async (bed) => {
      const [first, second] = bed.gateways
      for (const some of [[first], [second], [first, second]]) {
        for (const gateway of some) gateway?.kill('SIGTERM')
        await bed.post('while it stops', 'and another')
        await bed.settle()
      }
    },
  },
  {
    name: 'come back',
    about: 'no gateway for a while: the edge answers each request with a goodbye',
    run: async (bed) => {
      await bed.post('before')
      await bed.settle()
      await Promise.all(bed.gateways.map((gateway) => gateway.stop()))
      await bed.post('while there is none', 'and another')
      await sleep(AWAY_MS)
      await bed.post('still none')
      await Promise.all(bed.gateways.map((gateway) => gateway.start()))
    },
  },
  {
    name: '50x',
    about: '503, then 502, of something else before Causeway',
    hasStatus: true,
    run: async (bed) => {
      await bed.each((proxy) => proxy.set(503))
      await bed.each((proxy) => proxy.cut('reset'))
      await bed.post('while it answers 503')
      await sleep(AWAY_MS / 2)
      await bed.each((proxy) => proxy.set(502))
      await sleep(AWAY_MS / 2)
      await bed.each((proxy) => proxy.set('pass'))
    },
  },
  {
    name: 'quiet',
    about: 'a while without messages: whether it stays',
    isQuiet: true,
    run: () => sleep(QUIET_MS),
  },
]

function within(where: Where): Column {
  return {
    name: `in ${where}`,
    about: `the connection dropped, and ended, in the ${where} of an event`,
    run: async (bed) => {
      for (const how of HOWS) {
        await bed.each((proxy) => proxy.cutWithin(where, how))
        await bed.post(`cut by a ${how} in its ${where}`, 'and another')
        await bed.settle()
      }
    },
  }
}
