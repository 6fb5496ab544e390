import { v7 } from 'uuid'
import type { Entry } from '../../contract/message.ts'
import type { Testbed } from '../testbed.ts'
import { clock, dataOf, Messages } from '../messages.ts'
import { pause } from '../publisher.ts'
import { RedisPublisher } from '../redisPublisher.ts'
import { NOW, type Running, type Target } from '../target.ts'
import type { Child } from '../../stack/child.ts'
import { service, type ServiceSpec } from '../../stack/service.ts'

/** A gateway; `recent`: the last messages of the log, which the copy in Redis is to hold already. */
export interface Gateway extends Target {
  start: (testbed: Testbed, channels: number, recent?: readonly Entry[]) => Promise<Running>
}

/** A gateway as `npm start` runs it, by the `service` of its commit; messages enter through Redis, written as the bridge writes them. */
export function gatewayOf(name: string, ofCommit: typeof service): Gateway {
  return { name, start: (...wanted) => startGateway(ofCommit, ...wanted) }
}

/** Our own. */
export const gateway = gatewayOf(NOW, service)

const CHANNEL = 'bench.'
const LIVE_WITHIN_MS = 20_000

async function startGateway(
  ofCommit: typeof service,
  testbed: Testbed,
  channels: number,
  recent: readonly Entry[] = [],
): Promise<Running> {
  const redisPrefix = testbed.fresh('bench')
  const spec = await gatewaySpec(testbed, redisPrefix, ofCommit)
  const { epoch, position } = await testbed.history.head()
  const redis = await RedisPublisher.open(
    { ...testbed.urls, redisPrefix, epoch, copyKeys: testbed.copyKeys, announce: (at) => testbed.announce(at) },
    position - recent.length,
  )
  let child: Child
  try {
    if (recent.length > 0) await redis.append(recent)
    child = await testbed.serve(spec)
    await untilLive(spec.metricsUrl ?? '')
  } catch (error) {
    // An open connection would keep the whole run from ending.
    await redis.close()
    throw error
  }
  return {
    pid: child.pid ?? 0,
    metricsUrl: spec.metricsUrl ?? '',
    load: {
      port: spec.port,
      path: `/events?channel=${CHANNEL}{n}`,
      channels,
      readyEvent: true,
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

/** What the streams of `n` channels are opened on. */
export function channelNames(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${CHANNEL}${at}`)
}

/** One gateway of its own, with the configuration that it has by default. */
export function gatewaySpec(
  testbed: Testbed,
  redisPrefix: string,
  ofCommit = service,
): Promise<ServiceSpec> {
  return ofCommit({
    ...testbed.urls,
    role: 'gateway',
    index: 1,
    redisPrefix,
    mqttPrefix: redisPrefix,
    copyKeys: testbed.copyKeys,
    env: {},
  })
}

/** Messages of a gateway's one channel, appended to the log as all others are. */
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

/** What one of a gateway's metrics is now, all of its labels that match together. */
export async function metricOf(metricsUrl: string, name: string, labels = ''): Promise<number> {
  const text = await (await fetch(`${metricsUrl}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line.startsWith(name) && line.includes(labels))
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
}

/** Before that it reads the log, where the messages of a benchmark are not. */
export async function untilLive(metricsUrl: string): Promise<void> {
  const deadline = Date.now() + LIVE_WITHIN_MS
  while (Date.now() < deadline) {
    if ((await metricOf(metricsUrl, 'causeway_gateway_live')) === 1) return
    await pause(50)
  }
  throw new Error(`the gateway did not follow Redis within ${LIVE_WITHIN_MS} ms`)
}
