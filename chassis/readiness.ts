import { within } from './deadline.ts'
import type { Logger } from './logger.ts'

/** Shorter than any probe's own time-out, so that the probe gets "no" and not silence. */
const CHECK_MILLISECONDS = 1000

/** The failure is already logged, or nothing new. */
export class NotReady extends Error {}

/**
 * The check behind `/ready`: it rejects during a drain, and while `ready` rejects or takes longer than a second. While a `ready`
 * hangs, probes share its one call. It logs changes, not probes.
 */
export function createReadiness({
  ready,
  logger,
  isDraining,
}: {
  ready: () => Promise<void>
  logger: Logger
  isDraining: () => boolean
}): () => Promise<void> {
  let asked: Promise<void> | undefined
  let wasReady: boolean | undefined
  return async () => {
    if (isDraining()) throw new NotReady('draining')
    asked ??= ready().finally(() => (asked = undefined))
    try {
      await within(CHECK_MILLISECONDS, 'the check', asked)
    } catch (error) {
      if (wasReady !== false) logger.warn({ err: error }, 'not ready')
      wasReady = false
      // Not the error itself: terminus would copy a status or causes from it into the answer.
      throw new NotReady('not ready')
    }
    if (wasReady !== true) logger.info('ready')
    wasReady = true
  }
}
