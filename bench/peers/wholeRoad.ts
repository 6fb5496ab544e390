import type { Testbed } from '../testbed.ts'
import { HttpPublisher } from '../load/httpPublisher.ts'
import { dataOf } from '../load/messages.ts'
import type { Running, Target } from '../target.ts'
import { channelNames, untilLive } from './gateway.ts'

/** The gateway at the end of the whole journey: posts to ingest, through Postgres, MQTT, the bridge and Redis. */
export const wholeRoad: Target = { name: 'Causeway, from POST', start }

/** Posts in flight at once; those that wait together are one commit. */
const CONNECTIONS = 64

async function start(testbed: Testbed, channels: number): Promise<Running> {
  const prefix = testbed.fresh('bench')
  const [ingest, bridge, gateway] = await Promise.all([
    testbed.service('ingest', prefix),
    testbed.service('bridge', prefix),
    testbed.service('gateway', prefix),
  ])
  const helpers = await Promise.all([testbed.start(bridge), testbed.start(ingest)])
  const child = await testbed.serve(gateway)
  await untilLive(gateway.metricsUrl)
  const names = channelNames(channels)
  return {
    pid: child.pid ?? 0,
    load: { port: gateway.port, path: '/events?channel=bench.{n}', channels, readyEvent: true },
    publisher: () =>
      HttpPublisher.open({
        port: ingest.port,
        path: (at) => `/channels/${names[at % names.length]}/messages`,
        body: (sentAt) => `{"data":${dataOf(sentAt)}}`,
        connections: CONNECTIONS,
      }),
    stop: async () => {
      await child.stop()
      await Promise.all(helpers.map((helper) => helper.stop()))
    },
  }
}
