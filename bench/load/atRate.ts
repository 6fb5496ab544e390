import { Agent, request } from 'node:http'
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
  request: (at: number) => { path: string; body?: string }
}

/** Shorter than the server's: a request on a connection that the server just closes has no answer. */
const IDLE_MS = 30_000

/** Requests at a fixed rate, however slow the responses are: posts where there is a body. Resolves when all have theirs. */
export async function atRate(options: RateOptions): Promise<Answered> {
  const { port, perSecond, seconds } = options
  const agent = new Agent({ keepAlive: true, maxSockets: 100, timeout: IDLE_MS })
  const answered: Answered = { milliseconds: [], failed: 0 }
  const answers: Promise<void>[] = []
  const measure = async (due: number, at: number): Promise<void> => {
    if (await ask({ agent, port, ...options.request(at) })) {
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
  agent.destroy()
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

interface Question {
  agent: Agent
  port: number
  path: string
  body?: string
}

function ask({ body, ...to }: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const [method, status] = body === undefined ? ['GET', 200] : ['POST', 201]
    const headers = body === undefined ? {} : { ...JSON_HEADERS, 'Content-Length': body.length }
    const asking = request({ ...to, host: '127.0.0.1', method, headers }, (response) => {
      const isRight = response.statusCode === status
      response.resume().on('close', () => resolve(response.complete && isRight))
    })
    asking.on('error', () => resolve(false))
    asking.end(body)
  })
}

const BODY = '{"data":{"text":"The quick brown fox"}}'
const JSON_HEADERS = { 'Content-Type': 'application/json' }
