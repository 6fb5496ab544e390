import { RedisKeys } from '../../contract/redisKeys.ts'
import type { Testbed } from '../testbed.ts'
import type { LoadOptions } from '../load/loadClient.ts'
import { Messages } from '../load/messages.ts'
import type { Running, Target } from '../target.ts'
import { channelNames } from './gateway.ts'
import { serveFile } from './nodeFile.ts'

/** A bare node:http server on one Redis channel. */
export const plainNode: Target = {
  name: 'plain Node',
  start: (testbed) => startPeer(testbed, 'plainNode.js', { path: '/' }),
}

/** A bare loop from ioredis to sockets, with one Redis channel for each stream. */
export const bareLoop: Target = {
  name: 'bare loop',
  start: (testbed, channels) =>
    startPeer(testbed, 'bareSockets.js', { path: '/bench.{n}', channels }),
}

/** A socket that carries nothing. */
export const bareSocket: Target = {
  name: 'bare socket',
  start: (testbed) => startPeer(testbed, 'bareSockets.js', { path: '/' }),
}

async function startPeer(
  testbed: Testbed,
  file: string,
  { path, channels = 1 }: { path: string; channels?: number },
): Promise<Running> {
  const redisPrefix = testbed.fresh('bench')
  const epoch = 'bench'
  const keys = new RedisKeys(redisPrefix, 0)
  // At the log's head: below it, the next appends would repeat positions.
  const { position } = await testbed.history.head()
  const redis = await testbed.publisher(redisPrefix, epoch, position)
  const { port, child } = await serveFile(testbed, file, {
    REDIS_URL: testbed.urls.redisUrl,
    REDIS_CHANNEL: keys.live(epoch, channelNames(1)[0] ?? ''),
    REDIS_PREFIX: keys.livePrefix(epoch),
  })
  const load: Pick<LoadOptions, 'port' | 'path' | 'channels'> = { port, path, channels }
  return {
    pid: child.pid ?? 0,
    load,
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
