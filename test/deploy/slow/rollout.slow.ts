import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { freePort } from '../../../stack/ports.ts'
import { judge } from '../../faults/checker.ts'
import { dump, readHead } from '../../faults/database.ts'
import { Poster } from '../../faults/poster.ts'
import type { PostRecord } from '../../faults/records.ts'
import { Random } from '../../model/random.ts'
import { waitFor } from '../../support/waitFor.ts'
import { edgeConf } from '../chart/edgeConf.ts'
import { describeUnless } from '../tools/describeUnless.ts'
import { Audience } from './audience.ts'
import { Backing } from './cluster.ts'
import { record, rounded } from './figures.ts'
import { Fleet } from './fleet.ts'
import { containerLack, tell } from './paths.ts'
import { docker, startEdge } from './pod.ts'
import { Service } from './service.ts'

const STREAMS = Number(process.env['CAUSEWAY_DEPLOY_STREAMS'] ?? 300)
/** Posts a second. A post becomes a delivery to an eighth of the streams, all of which this one process reads. */
const RATE = STREAMS > 1_000 ? 10 : 50
/** Thousands are read by this one process on the cores that all of the cluster shares: how long they take to be level is told, not judged. */
const HEAL_WITHIN_MS = STREAMS > 1_000 ? 60_000 : 5_000
const PRE_STOP_SECONDS = 2
const DRAIN_SECONDS = 10
const GRACE_SECONDS = PRE_STOP_SECONDS + DRAIN_SECONDS + 15
const CHANNELS = Array.from({ length: 8 }, (_, at) => `rollout.c${at}`)

let backing: Backing
let ingest: Fleet
let bridge: Fleet
let gateway: Fleet
let edge: string | undefined
let origin: string
const services: Service[] = []

beforeAll(async () => {
  if (containerLack !== undefined) return
  backing = await Backing.start()
  const fleet = async (role: 'ingest' | 'bridge' | 'gateway', count: number) => {
    const service = await Service.open()
    services.push(service)
    // Readers take a silence of four seconds for a dead link.
    const env = { DRAIN_SECONDS: String(DRAIN_SECONDS), HEARTBEAT_SECONDS: '2' }
    const how = { preStopSeconds: PRE_STOP_SECONDS, graceSeconds: GRACE_SECONDS }
    const made = new Fleet({ role, service, urls: backing.urls, env, ...how })
    await made.grow(count)
    return { made, port: service.port }
  }
  ;({ made: bridge } = await fleet('bridge', 2))
  const ingests = await fleet('ingest', 2)
  const gateways = await fleet('gateway', 3)
  ingest = ingests.made
  gateway = gateways.made
  const ports = { http: await freePort(), status: await freePort() }
  const file = join(backing.dir, 'edge.conf')
  const to = { ...ports, ingest: ingests.port, gateway: gateways.port }
  writeFileSync(file, await edgeConf('small', to), { mode: 0o644 })
  edge = await startEdge(file)
  origin = `http://127.0.0.1:${ports.http}`
  await waitFor(() =>
    fetch(origin).then(
      ({ status }) => status === 200,
      () => false,
    ),
  )
}, 180_000)

afterAll(async () => {
  if (edge !== undefined) await docker('rm', '--force', edge)
  await Promise.all([ingest, bridge, gateway].map((each) => each?.remove()))
  for (const service of services) service.close()
  await backing?.stop()
}, 120_000)

/** Readers and posts, then what is to be tried, then quiet; and then everything that was written down is judged. */
async function under(action: () => Promise<void>) {
  const { databaseUrl } = backing.urls
  const random = new Random(7)
  const base = (await readHead(databaseUrl)).position
  const posts: PostRecord[] = []
  const audience = new Audience(STREAMS, CHANNELS, origin, random)
  const write = (post: PostRecord) => posts.push(post)
  const sender = { origins: [origin], channels: CHANNELS, rate: RATE, padding: 20, random, write }
  const poster = new Poster(sender)
  audience.start()
  await waitFor(async () => (await gateway.streams()) >= STREAMS, 60)
  poster.start()
  const from = Date.now()
  await action()
  const to = Date.now()
  await waitFor(async () => (await gateway.streams()) >= STREAMS, 60)
  await poster.settle(15_000)
  const rows = await dump(databaseUrl, base)
  const heads = new Map(rows.map(({ channel, position }) => [channel, position]))
  await waitFor(() => audience.isLevel(heads), 30)
  await audience.close()
  await waitFor(async () => (await gateway.streams()) === 0, 30)
  const judgement = judge(
    {
      posts,
      chains: audience.chains,
      rows,
      base,
      head: await readHead(databaseUrl),
      samples: [],
      streamsLeft: await gateway.streams(),
      fault: { from, to },
    },
    { postsMayFail: false, healWithinMs: HEAL_WITHIN_MS, answerWithinMs: 10_000, rssBytes: 1e9 },
  )
  const { violations, deliveries, wireRepeats, worstDelayMs, healMs } = judgement
  tell(`${wireRepeats} doubled on the wire, all level after ${Math.round(healMs)} ms`)
  return {
    violations,
    measured: {
      streams: STREAMS,
      'posts a second': RATE,
      'seconds for all of it': Math.round((to - from) / 1_000),
      reconnects: audience.connects - STREAMS,
      deliveries,
      'lost, doubled or failed': violations.length,
      'seconds late at most': rounded(worstDelayMs / 1_000),
    },
  }
}

describeUnless(containerLack)(
  'under streams and traffic nothing is lost or doubled, and no post fails,',
  () => {
    test('while all gateways are replaced', async () => {
      const { violations, measured } = await under(() => gateway.roll())
      expect(violations).toEqual([])
      record('all gateways replaced', measured)
    })

    test('while all ingests and bridges are replaced', async () => {
      const { violations, measured } = await under(async () => {
        await ingest.roll()
        await bridge.roll()
      })
      expect(violations).toEqual([])
      record('all ingests and bridges replaced', measured)
    })

    test('while gateways are scaled down to one, and up again', async () => {
      const { violations, measured } = await under(async () => {
        await gateway.shrink()
        await gateway.shrink()
        await gateway.grow(1)
      })
      expect(violations).toEqual([])
      record('gateways scaled down from three to one, and up by one', measured)
    })

    test('and every container that was stopped has ended by itself', () => {
      const codes = [ingest, bridge, gateway].flatMap(({ exitCodes }) => exitCodes)
      expect(codes).toHaveLength(3 + 4 + 2)
      expect(new Set(codes)).toEqual(new Set([0]))
    })
  },
)
