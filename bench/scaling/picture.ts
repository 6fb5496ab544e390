import { DEPLOY_AT, OUTAGE_AT, SPIKE_AT } from './day.ts'
import type { Outcome, Sample } from './simulate.ts'

const WIDTH = 960
const LEFT = 64
const RIGHT = 56
const INNER = WIDTH - LEFT - RIGHT
const TOP = 40
const STREAMS = 260
const GAP = 46
const RECONNECTS = 110
const HEIGHT = TOP + STREAMS + GAP + RECONNECTS + 40

/** Draws the day as an SVG: streams against replicas, and below it the reconnects by cause. */
export function drawDay({ samples }: Outcome, target: number): string {
  // Both axes of the upper part have the same scale: a full pod is as high as its streams.
  const pods = Math.max(...samples.map(({ replicas }) => replicas)) + 1
  const x = (minute: number): number => LEFT + (INNER * minute) / samples.length
  const y = (streams: number): number => TOP + STREAMS * (1 - streams / (pods * target))
  const line = (of: (sample: Sample) => number): string =>
    samples.map((sample, minute) => `${round(x(minute))} ${round(y(of(sample)))}`).join('L')
  const steps = samples
    .map(({ replicas }, minute) => `V${round(y(replicas * target))}H${round(x(minute + 1))}`)
    .join('')
  const podTicks = Array.from({ length: pods + 1 }, (_, count) => {
    const at = round(y(count * target))
    return `<path class="grid" d="M${LEFT} ${at}H${WIDTH - RIGHT}"/>
  <text x="${LEFT - 8}" y="${at}" text-anchor="end">${count * (target / 1_000)}k</text>
  <text x="${WIDTH - RIGHT + 8}" y="${at}" class="pods">${count}</text>`
  })
  const foot = HEIGHT - 16
  const hours = [0, 3, 6, 9, 12, 15, 18, 21, 24].map(
    (hour) => `<text x="${round(x(hour * 60))}" y="${foot}" text-anchor="middle">${hour}:00</text>`,
  )
  const marks = [
    { at: DEPLOY_AT, text: 'deploy' },
    { at: OUTAGE_AT, text: 'a network gone' },
    { at: SPIKE_AT, text: 'push notice' },
  ].map(
    ({ at, text }) => `<path class="mark" d="M${round(x(at))} ${TOP}V${TOP + STREAMS}"/>
  <text x="${round(x(at) - 6)}" y="${TOP + 10}" text-anchor="end">${text}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Gateway replicas against open streams over a simulated day">
  <style>
    rect.page { fill: #fff }
    text { font: 12px system-ui, sans-serif; fill: #222; dominant-baseline: central }
    text.title { font-weight: 600; font-size: 13px }
    text.pods, text.scale-down { fill: #b3420d }
    path { fill: none }
    path.grid { stroke: #ddd }
    path.mark { stroke: #888; stroke-dasharray: 3 3 }
    path.area { fill: #cfe0ee }
    path.pods { stroke: #b3420d; stroke-width: 1.8 }
    path.max-age { stroke: #9db8cc }
    path.scale-down { stroke: #b3420d; stroke-width: 1.5 }
    path.deploy { stroke: #2f7d4f; stroke-width: 1.5 }
    text.deploy { fill: #2f7d4f }
    text.max-age { fill: #5f7f97 }
    path.moves { stroke: #7a4fa3; stroke-width: 1.5 }
    text.moves { fill: #7a4fa3 }
  </style>
  <rect class="page" width="${WIDTH}" height="${HEIGHT}"/>
  <text class="title" x="${LEFT}" y="18">Open streams (area, left) and gateway pods (line, right)</text>
  ${podTicks.join('\n  ')}
  <path class="area" d="M${LEFT} ${round(y(0))}L${line(({ wanted }) => wanted)}L${WIDTH - RIGHT} ${round(y(0))}Z"/>
  <path class="pods" d="M${LEFT} ${round(y((samples[0]?.replicas ?? 0) * target))}${steps}"/>
  ${marks.join('\n  ')}
  ${drawReconnects(samples, x)}
  ${hours.join('\n  ')}
</svg>
`
}

function drawReconnects(samples: readonly Sample[], x: (minute: number) => number): string {
  const causes = ['max-age', 'scale-down', 'deploy', 'moves'] as const
  const most = Math.max(...samples.flatMap(({ reconnects }) => Object.values(reconnects)))
  const foot = TOP + STREAMS + GAP + RECONNECTS
  const bars = causes.map((cause) => {
    const shown = samples.flatMap(({ reconnects }, minute) => {
      const height = (RECONNECTS * reconnects[cause]) / most
      return height < 0.5 ? [] : [`M${round(x(minute + 0.5))} ${foot}v${round(-height)}`]
    })
    return `<path class="${cause}" d="${shown.join('')}"/>`
  })
  const names = {
    'max-age': 'their age',
    'scale-down': 'scale-down',
    deploy: 'the deploy',
    moves: 'moves',
  }
  const keys = causes.map(
    (cause, index) =>
      `<text class="${cause}" x="${LEFT + 345 + index * 110}" y="${foot - RECONNECTS - 14}">■ ${names[cause]}</text>`,
  )
  return `<text class="title" x="${LEFT}" y="${foot - RECONNECTS - 14}">Readers told to come back, per minute, because of</text>
  ${keys.join('\n  ')}
  <path class="grid" d="M${LEFT} ${foot}H${WIDTH - RIGHT}"/>
  <text x="${LEFT - 8}" y="${foot}" text-anchor="end">0</text>
  <text x="${LEFT - 8}" y="${foot - RECONNECTS}" text-anchor="end">${Math.round(most).toLocaleString('en-US')}</text>
  ${bars.join('\n  ')}`
}

function round(value: number): string {
  return value.toFixed(1)
}
