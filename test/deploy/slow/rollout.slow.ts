import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { judge, USUAL_LIMITS } from '../../faults/judge/judge.ts'
import { dump, readHead } from '../../faults/rig/database.ts'
import { Publisher } from '../../faults/traffic/publisher.ts'
import type { PostRecord } from '../../faults/judge/records.ts'
import { Random } from '../../model/random.ts'
import { waitFor } from '../../support/waitFor.ts'
import { describeUnless } from '../../support/describeUnless.ts'
import { Subscribers } from './subscribers.ts'
import { Backing } from './cluster.ts'
import { Edge } from './edge.ts'
import { record, rounded } from './figures.ts'
import { Fleet, type Member } from './fleet.ts'
import { containerLack, tell } from './paths.ts'
import { Pod } from './pod.ts'
import { Service } from './service.ts'

const STREAMS = Number(process.env['CAUSEWAY_DEPLOY_STREAMS'] ?? 300)
/** Posts a second. Each is delivered to an eighth of the streams, and this one process reads all of them. */
const RATE = STREAMS > 1_000 ? 10 : 50
/** This process reads thousands of streams on the cores that the whole cluster shares: their delay is reported and not judged. */
const HEAL_WITHIN_MS = STREAMS > 1_000 ? 60_000 : 5_000
const PRE_STOP_SECONDS = 2
const DRAIN_SECONDS = 10
const GRACE_SECONDS = PRE_STOP_SECONDS + DRAIN_SECONDS + 15
const CHANNELS = Array.from({ length: 8 }, (_, at) => `rollout.c${at}`)

/** Connections to the edges also go through this process, whose open files are limited. */
const EDGE_STREAMS = Math.min(STREAMS, 1_000)

let backing: Backing
let ingest: Fleet<Pod>
let bridge: Fleet<Pod>
let gateway: Fleet<Pod>
let edge: Fleet<Edge>
/** The address of one edge, and that of a load balancer in front of all edges. */
let origin: string
let balancer: string
const services: Service[] = []

async function fleet<M extends Member>(count: number, start: () => Promise<M>) {
  const service = await Service.open()
  services.push(service)
  const how = { preStopSeconds: PRE_STOP_SECONDS, graceSeconds: GRACE_SECONDS }
  const made = new Fleet({ start, service, ...how })
  await made.grow(count)
  return { made, port: service.port }
}

beforeAll(async () => {
  if (containerLack !== undefined) return
  backing = await Backing.start()
  // Readers take four silent seconds for a dead link.
  const env = { DRAIN_SECONDS: String(DRAIN_SECONDS), HEARTBEAT_SECONDS: '2' }
  const pods = (role: 'ingest' | 'bridge' | 'gateway', count: number) =>
    fleet(count, () => Pod.start(role, { urls: backing.urls, env }))
  ;({ made: bridge } = await pods('bridge', 2))
  const ingests = await pods('ingest', 2)
  const gateways = await pods('gateway', 3)
  ingest = ingests.made
  gateway = gateways.made
  const to = { ingest: ingests.port, gateway: gateways.port }
  const edges = await fleet(2, () => Edge.start(backing.dir, to))
  edge = edges.made
  origin = edge.pods[0]?.origin ?? ''
  balancer = `http://127.0.0.1:${edges.port}`
}, 180_000)

afterAll(async () => {
  await Promise.all([ingest, bridge, gateway, edge].map((each) => each?.remove()))
  for (const service of services) service.close()
  await backing?.stop()
}, 120_000)

/** The open streams of all gateways. */
async function openStreams(): Promise<number> {
  const counts = await Promise.all(
    gateway.pods.map((pod) => pod.metric('causeway_gateway_streams')),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Runs an action under readers and posts, waits until all is delivered, and judges everything that was recorded. */
async function under(
  action: () => Promise<void>,
  { at = origin, streams = STREAMS, postsMayFail = false } = {},
) {
  const { databaseUrl } = backing.urls
  const random = new Random(7)
  const base = (await readHead(databaseUrl)).position
  const posts: PostRecord[] = []
  const subscribers = new Subscribers(streams, CHANNELS, at, random)
  const write = (post: PostRecord) => posts.push(post)
  const publisher = new Publisher({
    origins: [at],
    channels: CHANNELS,
    rate: RATE,
    padding: 20,
    headers: { 'causeway-sender': 'publisher' },
    random,
    write,
  })
  subscribers.start()
  await waitFor(async () => (await openStreams()) >= streams, 60)
  publisher.start()
  const from = Date.now()
  await action()
  const to = Date.now()
  await waitFor(async () => (await openStreams()) >= streams, 60)
  await publisher.settle(15_000)
  const rows = await dump(databaseUrl, base)
  const heads = new Map(rows.map(({ channel, position }) => [channel, position]))
  await waitFor(() => subscribers.isLevel(heads), 30)
  await subscribers.close()
  await waitFor(async () => (await openStreams()) === 0, 30)
  const judgement = judge(
    {
      posts,
      chains: subscribers.chains,
      rows,
      base,
      head: await readHead(databaseUrl),
      samples: [],
      streamsLeft: await openStreams(),
      fault: { from, to },
    },
    {
      ...USUAL_LIMITS,
      postsMayFail,
      recoverWithinMs: HEAL_WITHIN_MS,
      answerWithinMs: 10_000,
      rssBytes: 1e9,
    },
  )
  const { violations, deliveries, wireRepeats, worstDelayMs, recoveryMs } = judgement
  const { failed, unknown } = judgement.posts
  tell(`${wireRepeats} doubled on the wire, all level after ${Math.round(recoveryMs)} ms`)
  return {
    violations,
    measured: {
      streams,
      'posts a second': RATE,
      'seconds for all of it': Math.round((to - from) / 1_000),
      reconnects: subscribers.connects - streams,
      deliveries,
      'lost or doubled': violations.length,
      'posts without an answer, and repeated': failed + unknown,
      'seconds late at most': rounded(worstDelayMs / 1_000),
    },
  }
}

describeUnless(containerLack)('under streams and traffic', () => {
  test('nothing is lost or doubled and no post fails while all gateways are replaced', async () => {
    const { violations, measured } = await under(() => gateway.roll())
    expect(violations).toEqual([])
    record('all gateways replaced', measured)
  })

  test('nothing is lost or doubled and no post fails while all ingests and bridges are replaced', async () => {
    const { violations, measured } = await under(async () => {
      await ingest.roll()
      await bridge.roll()
    })
    expect(violations).toEqual([])
    record('all ingests and bridges replaced', measured)
  })

  test('nothing is lost or doubled and no post fails while gateways are scaled down and up', async () => {
    const { violations, measured } = await under(async () => {
      await gateway.shrink()
      await gateway.shrink()
      await gateway.grow(1)
    })
    expect(violations).toEqual([])
    record('gateways scaled down from three to one, and up by one', measured)
  })

  // Last, because the edge that the other tests went through is replaced as well.
  test('nothing is lost or doubled while all edges are replaced, if senders repeat posts without an answer', async () => {
    // A sender cannot know what became of a post on a connection that the other side is closing.
    const how = { at: balancer, streams: EDGE_STREAMS, postsMayFail: true }
    const { violations, measured } = await under(() => edge.roll(), how)
    expect(violations).toEqual([])
    record('all edges replaced', measured)
  })

  test('every container that was stopped ended by itself', () => {
    const codes = [ingest, bridge, gateway, edge].flatMap(({ exitCodes }) => exitCodes)
    expect(codes).toHaveLength(3 + 4 + 2 + 2)
    expect(new Set(codes)).toEqual(new Set([0]))
  })
})
