import { Random } from '../../test/model/random.ts'

/** The events of the day, in minutes after midnight. */
export const DEPLOY_AT = 11 * 60
export const OUTAGE_AT = 14 * 60
export const SPIKE_AT = 19 * 60 + 30

const MINUTES = 1_440

/**
 * A day of a service that people use at their desks and again in the evening: a night, a steep morning, an eight-minute outage of a
 * provider, an evening peak, a push notice that adds half as many people within three minutes, and a gradual fall. It is no recording
 * of a real day. Returns how many people want a stream in each minute.
 */
export function makeDay(seed: number): number[] {
  const random = new Random(seed)
  const streams: number[] = []
  let noise = 0
  for (let minute = 0; minute < MINUTES; minute++) {
    // A random walk that returns to its mean, like the size of a crowd and unlike white noise.
    noise = noise * 0.97 + (random.next() - 0.5) * 0.008
    const level = base(minute / 60) * outage(minute - OUTAGE_AT) + spike(minute - SPIKE_AT)
    streams.push(Math.round(level * (1 + noise)))
  }
  return streams
}

/** A day as a file: a comment with its origin, and a number for each minute. */
export function formatDay(streams: readonly number[], origin: string): string {
  return `# ${origin}\n${streams.join('\n')}\n`
}

export function parseDay(text: string): number[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const streams = lines.map(Number)
  if (streams.length !== MINUTES || streams.some((count) => !(count >= 0))) {
    throw new Error(`A day is ${MINUTES} lines, each a number of streams`)
  }
  return streams
}

/** Hours and streams; the day follows smooth curves between them. */
const SHAPE: readonly [hour: number, streams: number][] = [
  [0, 14_000],
  [4, 6_000],
  [6, 8_000],
  [9.5, 38_000],
  [12.5, 31_000],
  [15, 37_000],
  [17.5, 30_000],
  [20.5, 52_000],
  [24, 14_000],
]

function base(hour: number): number {
  const at = SHAPE.findIndex(([until]) => until > hour)
  const [fromHour, from] = SHAPE[at - 1] ?? [0, 0]
  const [toHour, to] = SHAPE[at] ?? [24, 0]
  const part = (hour - fromHour) / (toHour - fromHour)
  return from + (to - from) * ((1 - Math.cos(Math.PI * part)) / 2)
}

/** Two in five people are disconnected, and return within a minute after the outage. */
function outage(minutes: number): number {
  return minutes >= 0 && minutes < 8 ? 0.6 : 1
}

/** Three minutes of rise, a quarter of an hour at the top, and then half of the rest leave every half hour. */
function spike(minutes: number): number {
  const height = 25_000
  if (minutes < 0) return 0
  if (minutes < 3) return (height * minutes) / 3
  return minutes < 18 ? height : height * 0.5 ** ((minutes - 18) / 30)
}
