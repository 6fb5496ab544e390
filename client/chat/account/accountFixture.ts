import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Methods } from './accountApi.ts'
import { type Refusal, refuseWith } from '../../sdk/logFixture.ts'
import type { OpenSession } from './settingsApi.ts'
import { answerJson } from '../../sdk/serverFixture.ts'
import { isObject, parseJson } from '../../sdk/typeGuards.ts'
import type { Sender } from '../../../contract/message.ts'

interface Token {
  sender: Sender
  expiresAt: number
}

/** An account service in memory, with faults that a test sets. */
export class FakeAccount {
  methods: Methods = { local: true, passkeys: false, guests: true, providers: [] }
  /** Passwords by name. */
  readonly passwords = new Map([['alice', 'correct horse']])
  /** Codes that are good. */
  readonly invitations = new Set<string>()
  tokenMs = 300_000
  /** What the list of a person's sessions has. */
  sessions: OpenSession[] = []
  /** The calls, in short: `POST renew`. */
  readonly calls: string[] = []
  /** The body of each sign-in. */
  readonly bodies: unknown[] = []
  /** What a call answers instead, by its path below /account/. */
  readonly refuse: Partial<Record<string, Refusal & { errors?: unknown }>> = {}
  /** All sessions end when a request for this path comes. */
  endsAt: string | undefined
  /** Renewals that wait for `answerRenewals`; undefined: none waits. */
  #held: (() => void)[] | undefined
  /** How many calls had no good token. */
  refusals = 0
  readonly #sessions = new Map<string, Sender>()
  readonly #tokens = new Map<string, Token>()
  #made = 0

  /** Undefined if the request has no token that is good. */
  senderOf(request: IncomingMessage): Sender | undefined {
    if (request.url === this.endsAt) this.endSessions()
    const token = this.#tokens.get(cookieOf(request, 'causeway-access'))
    if (token !== undefined && token.expiresAt > Date.now()) return token.sender
    this.refusals += 1
    return undefined
  }

  /** No token is good any more, but the sessions are. */
  endTokens(): void {
    this.#tokens.clear()
  }

  endSessions(): void {
    this.endsAt = undefined
    this.#sessions.clear()
    this.#tokens.clear()
  }

  /** From now on renewals get no answer. */
  holdRenewals(): void {
    this.#held = []
  }

  answerRenewals(): void {
    for (const go of this.#held?.splice(0) ?? []) go()
    this.#held = undefined
  }

  answer(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const path = url.pathname.replace('/account/', '')
    this.calls.push(`${request.method} ${path}`)
    const refusal = this.refuse[path]
    if (refusal !== undefined) {
      const { status, type, errors } = refusal
      answerJson(response, status, { type: `/problems/${type}`, title: type, status, errors })
    } else void this.#answer(request, response, path)
  }

  async #answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const session = cookieOf(request, 'causeway-session')
    if (path === 'methods') return answerJson(response, 200, this.methods)
    if (path === 'channels') return answerJson(response, 200, { channels: [] })
    if (path === 'me') {
      const sender = this.#sessions.get(session)
      if (sender === undefined) return refuse(response)
      const token = this.#tokens.get(cookieOf(request, 'causeway-access'))
      return answerJson(response, 200, asAnswer(sender, token?.expiresAt ?? Date.now()))
    }
    if (path.startsWith('sessions')) return this.#answerSessions(request, response, path)
    const body = parseJson(await text(request))
    const given = isObject(body) ? body : {}
    if (path === 'renew') await this.#mayRenew()
    if (path === 'renew') return this.#enter(response, this.#sessions.get(session), session)
    if (path.startsWith('logout')) {
      this.#sessions.delete(session)
      response.writeHead(204, { 'Set-Cookie': 'causeway-access=; Path=/; Max-Age=0' }).end()
      return
    }
    this.bodies.push(body)
    if (path === 'password') return void response.writeHead(204).end()
    this.#enter(response, this.#signIn(path, given))
  }

  #answerSessions(request: IncomingMessage, response: ServerResponse, path: string): void {
    if (request.method === 'GET') return answerJson(response, 200, { sessions: this.sessions })
    this.sessions = this.sessions.filter(({ id }) => path !== `sessions/${id}`)
    response.writeHead(204).end()
  }

  #mayRenew(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#held === undefined) resolve()
      else this.#held.push(resolve)
    })
  }

  #signIn(path: string, { name, password, displayName, code }: Record<string, unknown>) {
    if (path === 'guest') return { id: `guest:${(this.#made += 1)}`, name: String(name) }
    const user = (shown: unknown) => ({ id: `user:${String(name)}`, name: String(shown) })
    if (path === 'login') {
      return this.passwords.get(String(name)) === password ? user(name) : undefined
    }
    return this.invitations.delete(String(code)) ? user(displayName) : undefined
  }

  #enter(response: ServerResponse, sender: Sender | undefined, session?: string): void {
    if (sender === undefined) return refuse(response)
    this.#made += 1
    const sid = session ?? `s${this.#made}`
    const token = `t${this.#made}`
    const expiresAt = Date.now() + this.tokenMs
    this.#sessions.set(sid, sender)
    this.#tokens.set(token, { sender, expiresAt })
    response.setHeader('Set-Cookie', [
      `causeway-session=${sid}; Path=/; HttpOnly; SameSite=Lax`,
      `causeway-access=${token}; Path=/; HttpOnly; SameSite=Lax`,
    ])
    answerJson(response, 200, asAnswer(sender, expiresAt))
  }
}

const asAnswer = ({ id, name }: Sender, expiresAt: number) => ({
  principal: id,
  name,
  expiresAt: new Date(expiresAt).toISOString(),
})

function refuse(response: ServerResponse): void {
  refuseWith(response, { status: 401, type: 'unauthenticated' })
}

function cookieOf({ headers }: IncomingMessage, name: string): string {
  return new RegExp(`(?:^|; )${name}=([^;]*)`).exec(headers.cookie ?? '')?.[1] ?? ''
}
