import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Scenario } from '../scenario.ts'
import { breakLinks, freezeFor, killFor, withRedis } from './actions.ts'

/** Blocks the server's only thread, like DEBUG SLEEP, which is often forbidden. */
const BLOCK = `
local function now() local t = redis.call('TIME') return t[1] + t[2] / 1000000 end
local from = now()
while now() - from < tonumber(ARGV[1]) do end`

export const redisFaults: Scenario[] = [
  {
    id: 'F12a',
    title: 'Redis killed, down for 5 s, back empty',
    run: (scene) => killFor(scene, ['redis'], 5),
  },
  {
    id: 'F12b',
    title: 'Redis killed, back with a snapshot from 4 s before',
    run: async (scene) => {
      await withRedis(scene, (redis) => redis.save())
      await scene.seconds(4)
      await killFor(scene, ['redis'], 1)
      rmSync(join(scene.rig.stack.dir, 'redis', 'dump.rdb'), { force: true })
    },
  },
  {
    id: 'F13a',
    title: 'FLUSHALL, 5 times',
    run: (scene) =>
      withRedis(scene, async (redis) => {
        for (let count = 0; count < 5; count++) {
          await redis.flushall()
          await scene.seconds(1.2)
        }
      }),
  },
  {
    id: 'F13b',
    title: 'CLIENT KILL TYPE pubsub, 10 times',
    run: (scene) =>
      withRedis(scene, async (redis) => {
        for (let count = 0; count < 10; count++) {
          await redis.client('KILL', 'TYPE', 'PUBSUB')
          await scene.seconds(0.6)
        }
      }),
  },
  {
    id: 'F13c',
    title: 'Redis busy in one command for 4 s, twice',
    run: (scene) =>
      withRedis(scene, async (redis) => {
        for (let count = 0; count < 2; count++) {
          await redis.eval(BLOCK, 0, 4)
          await scene.seconds(1)
        }
      }),
  },
  {
    id: 'F13d',
    title: 'Redis frozen for 10 s',
    run: (scene) => freezeFor(scene, ['redis'], 10),
  },
  {
    id: 'F14a',
    title: 'the links of the gateways to Redis black-holed for 10 s',
    run: (scene) => breakLinks(scene, /^gateway.*>redis$/, { kind: 'blackhole' }, 10),
  },
  {
    id: 'F14b',
    title: 'the links of the gateways to Redis pass in one direction only, for 10 s',
    run: (scene) => breakLinks(scene, /^gateway.*>redis$/, { kind: 'half', blocked: 'down' }, 10),
  },
  {
    id: 'F14c',
    title: 'the links of the bridges to Redis black-holed for 8 s',
    run: (scene) => breakLinks(scene, /^bridge.*>redis$/, { kind: 'blackhole' }, 8),
  },
  {
    id: 'F14d',
    title: 'replies of Redis to the bridges lost, 10 times',
    run: async (scene) => {
      for (let count = 0; count < 10; count++) {
        await breakLinks(scene, /^bridge.*>redis$/, { kind: 'dropReplyOnce' }, 0.6)
      }
    },
  },
  {
    id: 'F15',
    title: 'Redis out of memory for 6 s',
    run: (scene) =>
      withRedis(scene, async (redis) => {
        await redis.config('SET', 'maxmemory', '1mb')
        await scene.seconds(6)
        await redis.config('SET', 'maxmemory', '512mb')
      }),
  },
]
