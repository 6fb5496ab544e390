import { type Judgement, judge, type Limits } from './judge.ts'
import type { FaultHistory } from './records.ts'

/** One log, and what its part of the run must keep to. */
export interface LogToJudge {
  log: number
  history: FaultHistory
  limits: Limits
  /** The fault does not touch its servers. */
  isHealthy: boolean
}

export interface JudgedLogs {
  judgement: Judgement
  /** The worst delay in the channels of all healthy logs; undefined if none is. */
  healthyDelayMs: number | undefined
}

/** Judges each log as if it were the only one, and adds up. */
export function judgeLogs(logs: readonly LogToJudge[]): JudgedLogs {
  const judged = logs.map((one) => ({ ...one, judgement: judgeLog(one, logs.length > 1) }))
  const all = judged.map(({ judgement }) => judgement)
  const sum = (of: (judgement: Judgement) => number) =>
    all.reduce((total, each) => total + of(each), 0)
  const worst = (of: (judgement: Judgement) => number) => Math.max(...all.map(of))
  const told = all.flatMap(({ toldMs }) => toldMs ?? [])
  const healthy = judged.filter(({ isHealthy }) => isHealthy)
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
      recoveryMs: worst(({ recoveryMs }) => recoveryMs),
      toldMs: told.length === 0 ? undefined : Math.max(...told),
    },
    healthyDelayMs:
      healthy.length === 0
        ? undefined
        : Math.max(...healthy.map(({ judgement }) => judgement.worstDelayMs)),
  }
}

function judgeLog({ log, history, limits }: LogToJudge, isNamed: boolean): Judgement {
  const judgement = judge(history, limits)
  if (!isNamed) return judgement
  const violations = judgement.violations.map(({ word, detail }) => ({
    word,
    detail: `log ${log}: ${detail}`,
  }))
  return { ...judgement, violations }
}
