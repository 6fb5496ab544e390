import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { pino } from 'pino'
import { connectMqtt, endMqtt } from '../chassis/mqtt.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import { waitForHttp } from '../stack/probes.ts'
import { service } from '../stack/service.ts'
import { disposables } from '../test/support/disposables.ts'
import { testServers } from '../test/support/servers.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog } from '../test/support/testLog.ts'
import { COPY_KEY, copyKeys, extentOf, openRedis, ownRedis } from '../test/support/testRedis.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()

/** A bridge's process with a Redis of its own; when it is ready. */
async function start(env: NodeJS.ProcessEnv) {
  const databaseUrl = await testDatabase()
  const own = await ownRedis(opened)
  const prefix = uniquePrefix()
  const { metricsUrl, command, ...spec } = await service({
    role: 'bridge',
    index: 1,
    databaseUrl,
    redisUrl: own.url,
    mqttUrl: testServers().mqttUrl,
    redisPrefix: prefix,
    mqttPrefix: prefix,
    copyKeys: COPY_KEY,
    env,
  })
  const child = spawn(command.command, command.args, { ...spec, stdio: 'ignore' })
  opened.add(() => child.kill('SIGKILL'))
  const isReady = () =>
    waitForHttp(`${metricsUrl}/ready`, 200).then(
      () => true,
      () => false,
    )
  await waitFor(isReady, 15)
  const redis = await openRedis(opened, own.url)
  const log = openLog(databaseUrl, opened)
  const { epoch } = await log.head()
  return { child, isReady, own, redis, log, epoch, prefix, keys: new RedisKeys(prefix, 0) }
}

test('a bridge takes copies from MQTT, keeps as many as configured for as long as configured, and stops cleanly', async () => {
  const bridge = await start({ RECENT_LENGTH: '100', RECENT_SECONDS: '7200' })
  const { redis, keys, epoch, prefix } = bridge
  const client = connectMqtt(testServers().mqttUrl, 'test', pino({ level: 'silent' }))
  opened.add(() => endMqtt(client, 500))
  const { entry: posted, link } = await bridge.log.append(draft())
  const copy = { ...posted, link }
  const copiedUpTo = async (position: number): Promise<boolean> =>
    (await extentOf(redis, keys, epoch))?.position === position
  // Until the bridge has subscribed, nobody hears it.
  await waitFor(async () => {
    await client.publishAsync(`${prefix}/channels/lobby`, copy.json, {
      qos: 1,
      properties: { userProperties: { epoch, link, mac: copyKeys.signCopy(epoch, copy) } },
    })
    return await copiedUpTo(1)
  }, 10)
  await Promise.all(Array.from({ length: 499 }, () => bridge.log.append(draft())))
  await waitFor(() => copiedUpTo(500), 15)
  const stream = keys.recent(epoch, 'lobby')
  expect(await redis.xlen(stream)).toBeGreaterThanOrEqual(100)
  expect(await redis.xlen(stream)).toBeLessThanOrEqual(200)
  expect(await redis.pttl(stream)).toBeGreaterThan(7_000_000)
  expect(await redis.pttl(stream)).toBeLessThanOrEqual(7_200_000)
  bridge.child.kill('SIGTERM')
  expect(await once(bridge.child, 'exit')).toEqual([0, null])
})

test('a bridge is ready while Redis follows the log, and only then', async () => {
  const { isReady, own, redis, keys, epoch } = await start({})
  await own.server.stop('SIGKILL')
  await waitFor(async () => !(await isReady()), 10)
  await own.server.start()
  await waitFor(isReady, 10)
  await waitFor(() => redis.status === 'ready', 10)
  expect(await extentOf(redis, keys, epoch)).toMatchObject({ position: 0, low: 0 })
})
