import { service, type ServiceRole, type ServiceSpec } from '../../stack/service.ts'
import type { Testbed } from '../testbed.ts'
import { HttpPublisher } from '../httpPublisher.ts'
import { dataOf } from '../messages.ts'
import type { Running, Target } from '../target.ts'
import { channelNames, untilLive } from './gateway.ts'

/** The gateway at the end of the whole road: posts to ingest, through Postgres, MQTT, the bridge and Redis. */
export const wholeRoad: Target = { name: 'Causeway, from POST', start }

/** Posts that wait for their answer at once; what waits together is one commit. */
const CONNECTIONS = 64

async function start(testbed: Testbed, channels: number): Promise<Running> {
  const prefix = testbed.fresh('bench')
  const spec = (role: ServiceRole): Promise<ServiceSpec> =>
    service({
      ...testbed.urls,
      role,
      index: 1,
      redisPrefix: prefix,
      mqttPrefix: prefix,
      copyKeys: testbed.copyKeys,
      env: {},
    })
  const [ingest, bridge, gateway] = await Promise.all([
    spec('ingest'),
    spec('bridge'),
    spec('gateway'),
  ])
  const helpers = await Promise.all([testbed.start(bridge), testbed.start(ingest)])
  const child = await testbed.serve(gateway)
  await untilLive(gateway.metricsUrl ?? '')
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
