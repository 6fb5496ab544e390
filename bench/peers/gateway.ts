import { v7 } from 'uuid'
import type { Entry } from '../../contract/message.ts'
import type { Testbed } from '../testbed.ts'
import { clock, dataOf, Messages } from '../load/messages.ts'
import { NOW, type Running, type Target } from '../target.ts'
import type { Child } from '../../stack/child.ts'
import { readMetric } from '../../stack/readMetric.ts'
import { service } from '../../stack/service.ts'
import { waitFor } from '../../test/support/waitFor.ts'

/** A gateway. Its copy in Redis holds `recent`, the last messages of the log, from the start. */
export interface Gateway extends Target {
  start: (testbed: Testbed, channels: number, recent?: readonly Entry[]) => Promise<Running>
}

/** A gateway as `npm start` of its commit runs it. Messages enter through Redis, written by the bridge's own code. */
export function gatewayOf(name: string, recipe: typeof service, door: Door = {}): Gateway {
  return { name, start: (...wanted) => startGateway(recipe, door, ...wanted) }
}

/** How streams come in; by default anybody may. */
interface Door {
  env?: NodeJS.ProcessEnv
  /** See LoadOptions. */
  tokens?: string
}

/** Our own. */
export const gateway = gatewayOf(NOW, service)

const CHANNEL = 'bench.'

async function startGateway(
  recipe: typeof service,
  { env, tokens }: Door,
  testbed: Testbed,
  channels: number,
  recent: readonly Entry[] = [],
): Promise<Running> {
  const redisPrefix = testbed.fresh('bench')
  const spec = await testbed.service('gateway', redisPrefix, env, recipe)
  const { epoch, position } = await testbed.history.head()
  const redis = await testbed.publisher(redisPrefix, epoch, position - recent.length)
  let child: Child
  try {
    if (recent.length > 0) await redis.append(recent)
    child = await testbed.serve(spec)
    await untilLive(spec.metricsUrl)
  } catch (error) {
    // An open connection would keep the whole run from ending.
    await redis.close()
    throw error
  }
  return {
    pid: child.pid ?? 0,
    metricsUrl: spec.metricsUrl,
    load: {
      port: spec.port,
      path: `/events?channel=${CHANNEL}{n}`,
      channels,
      readyEvent: true,
      ...(tokens === undefined ? {} : { tokens }),
    },
    publisher: async () => {
      redis.use(new Messages(channelNames(channels), position))
      return redis
    },
    stop: async () => {
      await redis.close()
      await child.stop()
    },
  }
}

/** The channels that streams are opened on. */
export function channelNames(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${CHANNEL}${at}`)
}

/** Appends messages of a gateway's one channel to the log, as an ingest does. */
export async function appendMessages(testbed: Testbed, count: number): Promise<Entry[]> {
  const [channel = ''] = channelNames(1)
  const drafts = Array.from({ length: count }, () => ({
    id: v7(),
    channel,
    type: 'message',
    sender: { id: 'bench', name: 'bench' },
    data: dataOf(clock()),
    principal: 'bench',
    key: null,
  }))
  const appended = await Promise.all(drafts.map((draft) => testbed.history.append(draft)))
  return appended.map(({ entry }) => entry).sort((a, b) => a.position - b.position)
}

/** Waits until a gateway follows Redis. Before that it reads the log, which lacks the messages of a benchmark. */
export async function untilLive(metricsUrl: string | undefined): Promise<void> {
  const isLive = async () => (await readMetric(metricsUrl, 'causeway_gateway_live')) === 1
  await waitFor(isLive, 20, 50)
}
