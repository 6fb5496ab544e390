import { Agent, request } from 'node:http'
import { pause } from './publisher.ts'

export interface Posted {
  /** For each post with status 201: from when it was due to its response. */
  milliseconds: number[]
  /** Posts with another status, or without a response. */
  failed: number
}

interface PostOptions {
  port: number
  channel: string
  perSecond: number
  seconds: number
}

/** Posts small messages at a fixed rate, however slow the responses are. Resolves when all have theirs. */
export async function postAtRate({
  port,
  channel,
  perSecond,
  seconds,
}: PostOptions): Promise<Posted> {
  const agent = new Agent({ keepAlive: true, maxSockets: 100 })
  const posted: Posted = { milliseconds: [], failed: 0 }
  const answers: Promise<void>[] = []
  const path = `/channels/${channel}/messages`
  const measure = async (due: number): Promise<void> => {
    if (await post({ agent, port, path })) posted.milliseconds.push(performance.now() - due)
    else posted.failed++
  }
  const start = performance.now()
  for (let count = 0; count < perSecond * seconds; count++) {
    const due = start + (count * 1_000) / perSecond
    while (performance.now() < due) await pause(1)
    answers.push(measure(due))
  }
  await Promise.all(answers)
  agent.destroy()
  return posted
}

function post(to: { agent: Agent; port: number; path: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { ...to, host: '127.0.0.1', method: 'POST', headers: HEADERS }
    const posting = request(options, (response) => {
      response.resume().on('close', () => resolve(response.complete && response.statusCode === 201))
    })
    posting.on('error', () => resolve(false))
    posting.end(BODY)
  })
}

const BODY = '{"data":{"text":"The quick brown fox"}}'
const HEADERS = { 'Content-Type': 'application/json', 'Content-Length': BODY.length }
