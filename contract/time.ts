const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/**
 * An RFC 3339 time; the zone is required, because a time without one means another moment on each machine. Whatever is
 * finer than a millisecond is cut off, as in `sentAt`.
 */
export function parseTime(text: string): Date | undefined {
  const [, year, month, day] = RFC_3339.exec(text) ?? []
  const time = new Date(text)
  if (Number.isNaN(time.getTime()) || year === undefined) return undefined
  // `Date` takes February 30th for March 2nd.
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  if (date.getUTCDate() !== Number(day)) return undefined
  // Postgres has no year 0, and a zone can also shift a time into the year 10000.
  const utcYear = time.getUTCFullYear()
  return utcYear >= 1 && utcYear <= 9999 ? time : undefined
}
