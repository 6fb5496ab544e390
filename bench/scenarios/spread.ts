import { canResolve, type Choice, SpreadRig } from '../edge/spreadRig.ts'
import type { LoadClient } from '../load/loadClient.ts'
import { pace, pause, type Publisher } from '../load/publisher.ts'
import { CHANNELS, openPosts, openStreams } from '../load/wholeSystem.ts'
import { FAULTS, type Figures } from '../report/figures.ts'
import { claim, type Outcome } from '../report/results.ts'
import { format } from '../report/statistics.ts'
import { inTurn, type Plan } from '../scenario.ts'
import { brokenOf } from '../session.ts'
import type { Testbed } from '../testbed.ts'

const PER_SECOND = 50
/** New fleets are left alone for half a minute, and the claim is about three. */
const CALM_SECONDS = 32
const WITHIN_SECONDS = 180
const STAYS_SECONDS = 45
const EVEN = 1.15
const EVEN_AFTER = 's until the fullest of 4 has ≤ 1.15 × the mean'
const RATIO = 'fullest against the mean, at the end'
const MOVED = 'streams moved by the scale-up'
const PER_MINUTE = 'moved in the busiest minute'
const ROLLED = 'reconnects per stream, all gateways replaced one by one'
const SURGED = 'reconnects per stream, all new ones first'
const LEFT = 'moved meanwhile and afterwards'

interface Target {
  name: string
  choice: Choice
}

const RANDOM: Target = { name: 'by chance, as by a Service', choice: 'random' }
const LEAST: Target = { name: 'least connections, by `resolve`', choice: 'least' }

/** Streams behind one nginx spread over gateways that come and go. */
export async function spread(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const streams = plan.quick ? 500 : 5_000
  const targets = canResolve() ? [LEAST, RANDOM] : [RANDOM]
  if (targets.length === 1) plan.print('this nginx is older than 1.27.3 and cannot follow a name')
  const figures = await testbed.onAllCores(() =>
    inTurn(plan, targets, ({ choice }) => measure(testbed, choice, streams, plan)),
  )
  const names = targets.map(({ name }) => name)
  const most = (metric: string): number[] =>
    names.map((name) => Math.max(...figures.values(name, metric)))
  return {
    title: `Spread: ${format(streams)} streams on gateways that come and go`,
    method: [
      `The whole system runs behind nginx with the chart's configuration, on all cores. Clients post ${PER_SECOND} messages a second to ${CHANNELS} channels. ` +
        `Two gateways carry all streams; then two more start, and the streams of each gateway are counted every second. Then all four are ` +
        `replaced, as a Deployment does it: one by one, and once more with all new ones first.`,
      'By chance: nginx knows one address, behind which each connection goes to any gateway, as kube-proxy does it. Least connections: nginx ' +
        'follows the addresses of a name (`resolve`, since nginx 1.27.3). Without such an nginx the first column is missing.',
    ],
    series: figures.series,
    claims: [
      claim(
        `From 2 to 4 gateways: the fullest has at most ${EVEN} × the mean within three minutes`,
        shown(most(EVEN_AFTER), 's'),
        most(EVEN_AFTER).every((seconds) => seconds <= WITHIN_SECONDS),
      ),
      claim(
        'A deploy of all gateways makes each stream reconnect 1.2 times at most, with all new ones first',
        shown(most(SURGED), 'times'),
        most(SURGED).every((times) => times <= 1.2),
      ),
      ...leastClaims(figures),
      figures.nothingLost(...names),
    ],
    charts: [],
  }
}

function leastClaims(figures: Figures) {
  const values = figures.values(LEAST.name, ROLLED)
  if (values.length === 0) return []
  return [
    claim(
      'With least connections also one by one',
      shown(values, 'times'),
      values.every((times) => times <= 1.2),
    ),
  ]
}

function shown(values: readonly number[], unit: string): string {
  return values.map((value) => `${format(value)} ${unit}`).join(', ')
}

async function measure(testbed: Testbed, choice: Choice, streams: number, plan: Plan) {
  const rig = await SpreadRig.open(testbed, choice, 2)
  const client = openStreams(testbed, rig.port, streams)
  try {
    await client.opened
    await pause(CALM_SECONDS * 1_000)
    client.reset()
    // One connection: several would idle, and the ingest ends those.
    const publisher = await openPosts(rig.ingestPort, 1)
    const isOver = new AbortController()
    const posted = postUntil(isOver.signal, publisher)
    // Told when it is awaited, after everything else.
    posted.catch(() => {})
    const moved = await scaleUp(rig, plan)
    const rolled = await deploy(rig, client, 1)
    const surged = await deploy(rig, client, 4)
    isOver.abort()
    const published = await posted
    const isComplete = await client.completed(published, 30_000)
    const report = await client.report()
    await publisher.close()
    const unseen = isComplete ? 0 : published - report.complete
    return {
      ...moved,
      [ROLLED]: rolled / streams,
      [SURGED]: surged / streams,
      [LEFT]: await rig.moved(),
      'messages posted': published,
      [FAULTS]: brokenOf(report) + unseen,
    }
  } finally {
    await client.close()
    await rig.close()
  }
}

/** Posts until the signal; returns how many. */
async function postUntil(signal: AbortSignal, publisher: Publisher): Promise<number> {
  let published = 0
  while (!signal.aborted) published += await pace(publisher, { perSecond: PER_SECOND, seconds: 1 })
  return published
}

async function scaleUp(rig: SpreadRig, plan: Plan): Promise<Record<string, number>> {
  await rig.grow(2)
  const before = performance.now()
  const moves: { at: number; count: number }[] = []
  let evenAfter = Infinity
  let ratio = Infinity
  for (let second = 1; second <= (plan.quick ? 60 : WITHIN_SECONDS); second++) {
    // Long enough to see whether it stays so.
    if (second > evenAfter + STAYS_SECONDS) break
    await pause(Math.max(0, before + second * 1_000 - performance.now()))
    const counts = await rig.counts()
    ratio = Math.max(...counts) / (counts.reduce((sum, count) => sum + count, 0) / counts.length)
    if (ratio > EVEN) evenAfter = Infinity
    else if (evenAfter === Infinity) evenAfter = (performance.now() - before) / 1_000
    moves.push({ at: performance.now(), count: await rig.moved() })
    if (second % 10 === 0) plan.print(`    after ${second} s: ${counts.join(', ')}`)
  }
  const inMinute = moves.map(({ at, count }) => {
    const earlier = moves.findLast((each) => each.at <= at - 60_000)
    return count - (earlier?.count ?? 0)
  })
  return {
    [EVEN_AFTER]: evenAfter,
    [RATIO]: ratio,
    [MOVED]: moves.at(-1)?.count ?? 0,
    [PER_MINUTE]: Math.max(...inMinute),
  }
}

/** Replaces all gateways. Returns how many streams reconnected. */
async function deploy(rig: SpreadRig, client: LoadClient, surge: number): Promise<number> {
  const { resumed: before } = await client.report()
  await rig.roll(surge)
  // The last ones come back within seconds.
  await pause(10_000)
  const { resumed } = await client.report()
  return resumed - before
}
