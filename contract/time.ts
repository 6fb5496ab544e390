const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/

const MINUTE_MS = 60_000

/**
 * Reads an RFC 3339 time. The zone is required, because a time without one means another moment on each machine. Digits beyond
 * the millisecond are dropped, as in `sentAt`. A leap second becomes the last millisecond before it, because no clock here has
 * leap seconds.
 */
export function parseTime(text: string): Date | undefined {
  const match = RFC_3339.exec(text)
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map(Number)
  const [fraction = '', sign, zoneHour, zoneMinute] = match.slice(7)
  const isLeap = second === 60
  const milliseconds = isLeap ? 999 : Number(fraction.slice(0, 3).padEnd(3, '0'))
  const time = new Date(0)
  // Not `Date.UTC`, which takes the year 99 for 1999.
  time.setUTCFullYear(year, month - 1, day)
  // `Date` takes February 30th for March 2nd.
  if (time.getUTCMonth() !== month - 1 || time.getUTCDate() !== day) return undefined
  time.setUTCHours(hour, minute, isLeap ? 59 : second, milliseconds)
  const offset = (Number(zoneHour ?? 0) * 60 + Number(zoneMinute ?? 0)) * MINUTE_MS
  time.setTime(time.getTime() - (sign === '-' ? -offset : offset))
  if (isLeap && !endsMonth(time)) return undefined
  // Postgres has no year 0, and a zone can also shift a time into the year 10000.
  const utcYear = time.getUTCFullYear()
  return utcYear >= 1 && utcYear <= 9999 ? time : undefined
}

/** A leap second may follow only there. */
function endsMonth(time: Date): boolean {
  const next = new Date(time.getTime() + 1)
  return next.getUTCDate() === 1 && next.getUTCHours() === 0 && next.getUTCMinutes() === 0
}
