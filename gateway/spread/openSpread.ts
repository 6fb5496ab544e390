import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { clock } from '../../chassis/clock.ts'
import type { Logger } from '../../chassis/logger.ts'
import { CountExchange } from './countExchange.ts'
import { DeletionCost } from './deletionCost.ts'
import { GatewayCounts } from './gatewayCounts.ts'
import { MovePolicy } from './movePolicy.ts'
import { annotateCost } from './podAnnotation.ts'
import { Spread, type SpreadOptions } from './spread.ts'

interface Config {
  REDIS_PREFIX: string
  MOVES_PER_MINUTE: number
  MAX_STREAM_SECONDS: number
  POD_NAME?: string | undefined
  POD_NAMESPACE: string
}

interface Parts extends Pick<SpreadOptions, 'isReady' | 'own' | 'move' | 'onMean'> {
  /** That of the limits; undefined if each gateway counts for itself. */
  redis: Redis | undefined
  logger: Pick<Logger, 'warn'>
}

/** The spread of streams over gateways, by the gateway's configuration; `close` while Redis is still connected. */
export function openSpread(config: Config, { redis, logger, ...parts }: Parts): Spread {
  const id = randomBytes(4).toString('hex')
  const counts = redis && new CountExchange(redis, config.REDIS_PREFIX, id)
  const { POD_NAME: name, POD_NAMESPACE: namespace } = config
  let isTold = false
  return new Spread({
    ...parts,
    clock,
    exchange: counts && ((line, gone) => counts.exchange(line, gone)),
    counts: new GatewayCounts(id),
    policy: new MovePolicy({
      perMinute: config.MOVES_PER_MINUTE,
      maxAgeMs: config.MAX_STREAM_SECONDS * 1_000,
    }),
    cost: new DeletionCost(),
    annotate: name === undefined ? undefined : (cost) => annotateCost({ namespace, name }, cost),
    onError: (error) => {
      // Once: without the right to write it, it fails every minute.
      if (!isTold) logger.warn({ err: error }, 'the deletion cost of this pod was not written')
      isTold = true
    },
  })
}
