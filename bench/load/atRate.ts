import { Pool } from 'undici'
import { ask, type Question } from './ask.ts'
import { pause } from './publisher.ts'

export interface Answered {
  /** For each request with the right status: from when it was due to the end of its response. */
  milliseconds: number[]
  /** Requests with another status, or without a response. */
  failed: number
}

interface RateOptions {
  port: number
  perSecond: number
  seconds: number
  /** The n-th request. */
  request: (at: number) => Question
}

/** Shorter than the server's: a request on a connection that the server just closes has no answer. */
const IDLE_MS = 30_000

/** Requests at a fixed rate, however slow the responses are: posts where there is a body. Resolves when all have theirs. */
export async function atRate(options: RateOptions): Promise<Answered> {
  const { port, perSecond, seconds } = options
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 100, keepAliveTimeout: IDLE_MS })
  const answered: Answered = { milliseconds: [], failed: 0 }
  const answers: Promise<void>[] = []
  const measure = async (due: number, at: number): Promise<void> => {
    const question = options.request(at)
    const answer = await ask(pool, question)
    if (answer?.status === (question.body === undefined ? 200 : 201)) {
      answered.milliseconds.push(performance.now() - due)
    } else answered.failed++
  }
  const start = performance.now()
  for (let count = 0; count < perSecond * seconds; count++) {
    const due = start + (count * 1_000) / perSecond
    while (performance.now() < due) await pause(1)
    answers.push(measure(due, count))
  }
  await Promise.all(answers)
  await pool.close()
  return answered
}

/** Posts small messages at a fixed rate. */
export function postAtRate({
  channel,
  ...options
}: Omit<RateOptions, 'request'> & { channel: string }): Promise<Answered> {
  const post = { path: `/channels/${channel}/messages`, body: BODY }
  return atRate({ ...options, request: () => post })
}

const BODY = '{"data":{"text":"The quick brown fox"}}'
