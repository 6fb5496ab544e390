import { isTaken } from './checkPosts.ts'
import { type Judgement, judge, type Limits } from './judge.ts'
import { over } from './violation.ts'
import type { FaultHistory } from './records.ts'

/** One log, and what its part of the run must keep to. */
export interface LogToJudge {
  log: number
  history: FaultHistory
  limits: Limits
  /** The fault does not touch its servers. */
  isHealthy: boolean
  /** How many times as late as usual a healthy log may be; Infinity if times are not judged. */
  patience: number
}

export interface JudgedLogs {
  judgement: Judgement
  /** What the channels of the logs that the fault touches noticed, and those of the others; undefined if there are none. */
  struck: Noticed | undefined
  healthy: Noticed | undefined
}

/** What the channels of some logs noticed. */
interface Noticed {
  logs: number[]
  worstDelayMs: number
  /** The worst delay before the fault. */
  calmDelayMs: number
  worstAnswerMs: number
  /** Attempts to post that failed, and the time from the first one until the end of the last. */
  failed: number
  failedForMs: number
}

/** A healthy log is late above this, or above three times what it was before the fault: then the machine is slow. */
const NOTICED_MS = 1_000
const NOTICED_TIMES = 3

/** Judges each log as if it were the only one, and adds up. */
export function judgeLogs(logs: readonly LogToJudge[]): JudgedLogs {
  const judged = logs.map((one) => ({ ...one, judgement: judgeLog(one, logs.length > 1) }))
  const all = judged.map(({ judgement }) => judgement)
  const sum = (of: (judgement: Judgement) => number) =>
    all.reduce((total, each) => total + of(each), 0)
  const worst = (of: (judgement: Judgement) => number) => Math.max(...all.map(of))
  const told = all.flatMap(({ toldMs }) => toldMs ?? [])
  const noticed = (isHealthy: boolean) =>
    noticedBy(judged.filter((each) => each.isHealthy === isHealthy))
  return {
    judgement: {
      violations: all.flatMap(({ violations }) => violations),
      deliveries: sum(({ deliveries }) => deliveries),
      wireRepeats: sum(({ wireRepeats }) => wireRepeats),
      posts: {
        taken: sum(({ posts }) => posts.taken),
        failed: sum(({ posts }) => posts.failed),
        unknown: sum(({ posts }) => posts.unknown),
      },
      worstAnswerMs: worst(({ worstAnswerMs }) => worstAnswerMs),
      worstDelayMs: worst(({ worstDelayMs }) => worstDelayMs),
      calmDelayMs: worst(({ calmDelayMs }) => calmDelayMs),
      recoveryMs: worst(({ recoveryMs }) => recoveryMs),
      toldMs: told.length === 0 ? undefined : Math.max(...told),
    },
    struck: noticed(false),
    healthy: noticed(true),
  }
}

function judgeLog(
  { log, history, limits, isHealthy, patience }: LogToJudge,
  isNamed: boolean,
): Judgement {
  const judgement = judge(history, limits)
  if (!isNamed) return judgement
  const { violations, worstDelayMs, calmDelayMs } = judgement
  const mostMs = Math.max(NOTICED_MS, NOTICED_TIMES * calmDelayMs) * patience
  const late = isHealthy
    ? over(
        'late',
        worstDelayMs,
        mostMs,
        'ms for a delivery, in a log that the fault does not touch',
      )
    : []
  return {
    ...judgement,
    violations: [...violations, ...late].map(({ word, detail }) => ({
      word,
      detail: `log ${log}: ${detail}`,
    })),
  }
}

function noticedBy(
  judged: readonly (LogToJudge & { judgement: Judgement })[],
): Noticed | undefined {
  if (judged.length === 0) return undefined
  const worst = (of: (judgement: Judgement) => number) =>
    Math.max(...judged.map(({ judgement }) => of(judgement)))
  const failed = judged.flatMap(({ history }) => history.posts).filter((post) => !isTaken(post))
  const first = Math.min(...failed.map(({ at }) => at))
  const last = Math.max(...failed.map(({ at, ms }) => at + ms))
  return {
    logs: judged.map(({ log }) => log),
    worstDelayMs: worst(({ worstDelayMs }) => worstDelayMs),
    calmDelayMs: worst(({ calmDelayMs }) => calmDelayMs),
    worstAnswerMs: worst(({ worstAnswerMs }) => worstAnswerMs),
    failed: failed.length,
    failedForMs: failed.length === 0 ? 0 : last - first,
  }
}
