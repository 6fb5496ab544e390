/**
 * The connections that one log may have: the logs of one Postgres share DATABASE_CONNECTIONS, but each has the least that it needs. So
 * a process has as many at one Postgres with several logs as with one, unless these are many.
 */
export function connectionShare(
  { DATABASE_CONNECTIONS: all }: { DATABASE_CONNECTIONS: number },
  logs: readonly { DATABASE_URL: string }[],
  databaseUrl: string,
  least: number,
): number {
  const there = logs.filter(({ DATABASE_URL }) => DATABASE_URL === databaseUrl).length
  return Math.max(least, Math.floor(all / Math.max(1, there)))
}
