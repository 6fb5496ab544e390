import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { renderCapacity } from './capacity.ts'
import { formatDay, makeDay, parseDay } from './day.ts'
import { decide, type HpaMemory, type HpaSpec, NOTHING_YET } from './hpa.ts'
import { busiestShare, renderLogs } from './logs.ts'
import { renderMeasuredLogs } from './measuredLogs.ts'
import { drawDay } from './picture.ts'
import { readGatewayValues } from './policy.ts'
import { readResults } from '../report/results.ts'
import { renderTable, simulateAll } from './table.ts'

const SPEC: HpaSpec = {
  minReplicas: 2,
  maxReplicas: 20,
  target: 10_000,
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Percent', value: 100, periodSeconds: 60 },
      { type: 'Pods', value: 4, periodSeconds: 60 },
    ],
  },
  scaleDown: {
    stabilizationWindowSeconds: 600,
    selectPolicy: 'Max',
    policies: [{ type: 'Pods', value: 1, periodSeconds: 300 }],
  },
}

/** Pods with the same number of streams each. */
const pods = (replicas: number, streams: number) => ({
  replicas,
  values: Array.from({ length: replicas }, () => streams),
})

describe('the autoscaler', () => {
  test.each([
    ['stays if the metric is near enough', pods(4, 10_900), 4],
    ['adds what is missing, rounded up', pods(2, 16_000), 4],
    ['doubles at most, if that is more than four pods', pods(6, 100_000), 12],
    ['adds four pods at most, if that is more than double', pods(3, 100_000), 7],
    ['never has more than the most', pods(15, 100_000), 20],
    ['takes one pod away at most', pods(8, 1_000), 7],
    ['never has fewer than the fewest', pods(2, 0), 2],
    ['does nothing without a metric', { replicas: 3, values: [] }, 3],
    [
      'counts pods that have no metric yet as empty before it adds any',
      { replicas: 4, values: [15_000, 15_000] },
      4,
    ],
    [
      'counts pods that have no metric yet as full before it takes any away',
      { replicas: 4, values: [5_000, 5_000] },
      3,
    ],
  ])('%s', (_name, observed, replicas) => {
    expect(decide(SPEC, NOTHING_YET, observed, 0).replicas).toBe(replicas)
  })

  /** Asks every 15 seconds, and returns the replicas that were decided. */
  function look(seconds: number, streamsAt: (now: number) => number, start: number): number[] {
    let memory: HpaMemory = NOTHING_YET
    let replicas = start
    const decided: number[] = []
    for (let now = 0; now <= seconds; now += 15) {
      const decision = decide(SPEC, memory, pods(replicas, streamsAt(now) / replicas), now)
      ;({ memory, replicas } = decision)
      decided.push(replicas)
    }
    return decided
  }

  test('spends what one period allows once, and more in the next', () => {
    // Over the first minute 2 + 4; then 6 doubled; then all that is wanted.
    expect(look(135, () => 190_000, 2)).toEqual([6, 6, 6, 6, 12, 12, 12, 12, 19, 19])
  })

  test('does not believe in a fall before it has lasted for the whole window', () => {
    const dip = look(900, (now) => (now >= 60 && now < 600 ? 20_000 : 80_000), 8)
    expect(new Set(dip)).toEqual(new Set([8]))
  })

  test('takes one pod in five minutes once it believes in it', () => {
    const fall = look(1_500, (now) => (now === 0 ? 80_000 : 20_000), 8)
    expect(fall.indexOf(7)).toBe(600 / 15)
    expect(fall.indexOf(6)).toBe(900 / 15)
    expect(fall.indexOf(5)).toBe(1_200 / 15)
  })

  test('does nothing in a direction that is disabled', () => {
    const disabled: HpaSpec = {
      ...SPEC,
      scaleDown: { ...SPEC.scaleDown, selectPolicy: 'Disabled' },
    }
    expect(decide(disabled, NOTHING_YET, pods(8, 0), 0).replicas).toBe(8)
  })

  test('takes the smaller of two steps if its policy is Min', () => {
    const careful: HpaSpec = { ...SPEC, scaleUp: { ...SPEC.scaleUp, selectPolicy: 'Min' } }
    expect(decide(careful, NOTHING_YET, pods(3, 100_000), 0).replicas).toBe(6)
  })
})

describe('the simulated day', () => {
  const file = readFileSync('bench/scaling/day.csv', 'utf8')
  const values = readGatewayValues(readFileSync('charts/causeway/values.yaml', 'utf8'))
  const outcomes = simulateAll(parseDay(file), values)
  const [[, ours] = []] = outcomes
  const scaledDown = (start: string): number => {
    const [, outcome] = outcomes.find(([name]) => name.startsWith(start)) ?? []
    return outcome?.reconnects['scale-down'] ?? NaN
  }

  test('is what its generator makes of its seed', () => {
    expect(file).toBe(formatDay(makeDay(5), 'made by bench/scaling/day.ts with seed 5'))
  })

  test('has room for every stream, except for seconds after a sudden rush', () => {
    const crowded = ours?.samples.filter(({ fullest }) => fullest > values.hpa.target * 1.25)
    expect(crowded?.length).toBeLessThanOrEqual(2)
  })

  test('makes fewer readers come back than the default behaviour does', () => {
    expect(scaledDown('the chart’s policy')).toBeLessThan(scaledDown('Kubernetes’ default'))
  })

  test('has a pod too full for far longer if the edge chooses by chance and nothing moves', () => {
    const [, , byChance = NaN, withoutMoves = NaN] = outcomes.map(([, each]) => each.crowdedMinutes)
    expect(byChance).toBeLessThan(withoutMoves / 5)
  })

  test('is in docs/ as it comes out now; if not, run node dist/bench/scaling/main.js', () => {
    expect(ours && drawDay(ours, values.hpa.target)).toBe(
      readFileSync('docs/scaling-day.svg', 'utf8'),
    )
    const page = readFileSync('docs/scaling.md', 'utf8')
    const benchmarks = readResults('docs/benchmarks.json')
    expect(page).toContain(renderTable(outcomes))
    expect(page).toContain(renderLogs())
    expect(page).toContain(renderMeasuredLogs(benchmarks))
    expect(page).toContain(renderCapacity(benchmarks, values.memoryBytes))
  })

  const limits = '  resources:\n    limits:\n      memory: 1Gi\n'
  test.each([
    ['lacks a value', `gateway:\n${limits}  drainSeconds: 30\n`, /no number at gateway\.auto/],
    ['has words for a number', `gateway:\n${limits}  drainSeconds: soon\n`, /no number at/],
    ['has no memory limit', 'gateway:\n  drainSeconds: 30\n', /no memory limit/],
  ])('is refused if the chart %s', (_name, yaml, message) => {
    expect(() => readGatewayValues(yaml)).toThrow(message)
  })

  test('is refused if it is not a whole day', () => {
    expect(() => parseDay('1\n2\n')).toThrow(/1440 lines/)
  })
})

describe('channels over logs', () => {
  test('that are all alike are spread evenly', () => {
    expect(busiestShare(16, 0)).toBeLessThan(1.1 / 16)
  })

  test('cannot be spread further than the busiest one allows', () => {
    const busiest =
      1 / Array.from({ length: 100_000 }, (_, at) => 1 / (at + 1)).reduce((a, b) => a + b)
    expect(busiestShare(64, 1)).toBeGreaterThan(busiest)
    expect(busiest).toBeCloseTo(0.083, 3)
  })
})
