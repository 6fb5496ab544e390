import { checkChain, type ChainLimits } from './checkChain.ts'
import { LogView } from './logView.ts'
import { checkLog } from './checkLog.ts'
import { checkPosts, type PostLimits } from './checkPosts.ts'
import { checkResets, type ResetLimits } from './checkResets.ts'
import { measureRecovery, type Recovery } from './recovery.ts'
import type { FaultHistory, PostOutcome } from './records.ts'
import { over, type Violation } from './violation.ts'

export interface Limits extends ChainLimits, PostLimits, ResetLimits {
  /** Whether an attempt to post may fail. */
  postsMayFail: boolean
  recoverWithinMs: number
  /** How late a delivery may be during the fault; without it, any time. */
  delayWithinMs?: number
  answerWithinMs: number
  rssBytes: number
}

export const USUAL_LIMITS: Limits = {
  postsMayFail: false,
  recoverWithinMs: 5_000,
  answerWithinMs: 8_000,
  rssBytes: 500_000_000,
  // All times come from the same clock.
  sentWithinMs: 1_000,
  toldWithinMs: 2_000,
}

/** The same with `patience` times the times: other work on the machine makes everything late. What may be lost stays nothing. */
export function withPatience(limits: Limits, patience: number): Limits {
  const { recoverWithinMs, delayWithinMs, answerWithinMs, sentWithinMs, toldWithinMs } = limits
  return {
    ...limits,
    recoverWithinMs: recoverWithinMs * patience,
    ...(delayWithinMs !== undefined && { delayWithinMs: delayWithinMs * patience }),
    answerWithinMs: answerWithinMs * patience,
    sentWithinMs: sentWithinMs * patience,
    toldWithinMs: toldWithinMs * patience,
  }
}

/**
 * The same on a machine that others use: how late something came, and whether a post failed, says nothing then. What may be lost
 * stays nothing.
 */
export function withoutTimes(limits: Limits): Limits {
  return {
    ...limits,
    postsMayFail: true,
    recoverWithinMs: Infinity,
    delayWithinMs: Infinity,
    answerWithinMs: Infinity,
    toldWithinMs: Infinity,
  }
}

export interface Judgement extends Recovery {
  violations: Violation[]
  deliveries: number
  wireRepeats: number
  posts: { taken: number; failed: number; unknown: number }
  worstAnswerMs: number
  toldMs: number | undefined
}

/** Judges one fault from its records, and from nothing else. */
export function judge(history: FaultHistory, limits: Limits): Judgement {
  const log = new LogView(history)
  const chains = history.chains.map((chain) => checkChain(chain, log, limits))
  const deliveries = chains.reduce((sum, each) => sum + each.deliveries, 0)
  const recovery = measureRecovery(history)
  const { violations: untold, toldMs } = checkResets(history, limits)
  const count = (...outcomes: PostOutcome[]) =>
    history.posts.filter(({ outcome }) => outcomes.includes(outcome)).length
  const worstAnswerMs = history.posts.reduce((worst, { ms }) => Math.max(worst, ms), 0)
  return {
    violations: [
      ...checkLog(history),
      ...checkPosts(history, limits),
      ...chains.flatMap(({ violations }) => violations),
      ...untold,
      ...(deliveries > 0
        ? []
        : [{ word: 'expectation' as const, detail: 'nothing was delivered' }]),
      ...checkBounds(history, limits),
      ...checkAvailability(history, limits),
      ...over('hang', worstAnswerMs, limits.answerWithinMs, 'ms for the answer to a post'),
      ...over('slow-recovery', recovery.recoveryMs, limits.recoverWithinMs, 'ms until recovery'),
      ...over('late', recovery.worstDelayMs, limits.delayWithinMs ?? Infinity, 'ms for a delivery'),
    ],
    deliveries,
    wireRepeats: chains.reduce((sum, each) => sum + each.wireRepeats, 0),
    posts: {
      taken: count('created', 'repeated'),
      failed: count('failed', 'refused'),
      unknown: count('unknown'),
    },
    worstAnswerMs,
    toldMs,
    ...recovery,
  }
}

function checkBounds({ samples, streamsLeft }: FaultHistory, limits: Limits): Violation[] {
  const worst = new Map<string, number>()
  for (const { process, rssBytes } of samples) {
    worst.set(process, Math.max(worst.get(process) ?? 0, rssBytes))
  }
  return [
    ...[...worst].flatMap(([process, bytes]) =>
      over('unbounded', bytes, limits.rssBytes, `bytes of memory in ${process}`),
    ),
    ...over('unbounded', streamsLeft, 0, 'streams are open after all readers left'),
  ]
}

function checkAvailability({ posts }: FaultHistory, limits: Limits): Violation[] {
  return posts
    .filter(({ outcome }) => outcome === 'refused' || (!limits.postsMayFail && isFailure(outcome)))
    .map(({ at, via, status, why = '' }) => ({
      word: 'unavailable' as const,
      detail: `a post to ${via} at ${new Date(at).toISOString()} failed: ${status} ${why}`,
    }))
}

function isFailure(outcome: PostOutcome): boolean {
  return outcome === 'failed' || outcome === 'unknown'
}
