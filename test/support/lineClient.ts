import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Message } from '../../contract/message.ts'
import type { Opened } from './disposables.ts'
import { waitFor } from './waitFor.ts'

export interface Result {
  status: number
  message?: Message
  problem?: { type: string; detail?: string; errors?: { pointer: string }[] }
}

/** One request to `POST /messages` that is written and read line by line. */
export class LineClient {
  readonly request: ClientRequest
  readonly results: Result[] = []
  answer: IncomingMessage | undefined
  /** The answer ended as it should. */
  isComplete = false
  isBroken = false
  #rest = ''

  constructor(opened: Opened, origin: string, headers: Record<string, string> = {}) {
    const request = origin.startsWith('https:') ? httpsRequest : httpRequest
    this.request = request(`${origin}/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-ndjson', ...headers },
    })
    opened.add(() => this.request.destroy())
    this.request.on('error', () => (this.isBroken = true))
    this.request.on('response', (answer) => {
      this.answer = answer
      answer.setEncoding('utf8')
      answer.on('data', (text: string) => this.#read(text))
      answer.on('end', () => (this.isComplete = answer.complete))
      answer.on('error', () => (this.isBroken = true))
    })
    this.request.flushHeaders()
  }

  /** Sends lines; false if the other side does not take them any more. */
  send(...lines: unknown[]): boolean {
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
    return this.request.write(text.map((line) => `${line}\n`).join(''))
  }

  /** Resolves when so many results have come. */
  async has(count: number): Promise<Result[]> {
    await waitFor(() => this.results.length >= count)
    return this.results
  }

  async end(): Promise<Result[]> {
    this.request.end()
    await waitFor(() => this.isComplete)
    return this.results
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.results.push(JSON.parse(line))
  }
}

/** `201`, or the status and slug of the problem. */
export function outcome({ status, problem }: Result): string {
  return problem === undefined
    ? String(status)
    : `${status} ${problem.type.replace('/problems/', '')}`
}
