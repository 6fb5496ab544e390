/**
 * Of every session of a service. It sends them when it connects, and the migration makes them the defaults of its role: behind
 * PgBouncer a session belongs to nobody, and cannot be told.
 */
export const SESSION_SETTINGS: Record<string, string> = {
  statement_timeout: '2s',
  lock_timeout: '1500ms',
  idle_in_transaction_session_timeout: '5s',
  // Prisma's driver reads the time of any zone as UTC.
  TimeZone: 'UTC',
  // Each read has an index in its own order, and a bitmap scan loses the order. If the planner takes a channel for short, it then
  // sorts all 160,000 messages for the last thousand.
  enable_bitmapscan: 'off',
  // A new partition is empty, and a scan of all of it looks cheap. But the plan stays, and the partition grows.
  enable_seqscan: 'off',
  // Each statement leads along one index, whatever it is asked for. Without this, Postgres plans a page of history at each call, because a
  // plan for the very parameters looks cheaper: planning takes twice as long as reading.
  plan_cache_mode: 'force_generic_plan',
}
