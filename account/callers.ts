import type { Request } from 'express'
import { readBearer } from '../chassis/auth/credentials.ts'
import { TokenRefused } from '../chassis/auth/tokenProblem.ts'
import { type Grant, isAllowed } from '../contract/grants.ts'
import { Problem } from '../contract/problem.ts'
import type { GrantTable } from './grantTable.ts'
import type { Revocations } from './revocations.ts'
import type { SignIns } from './signIns.ts'
import type { Tokens } from './tokens.ts'

export interface CallersOptions {
  signIns: Pick<SignIns, 'session'>
  tokens: Pick<Tokens, 'verify'>
  revocations: Pick<Revocations, 'refuses'>
  grants: Pick<GrantTable, 'of'>
}

/** Who calls, and what it may do. */
export interface Caller {
  principal: string
  grants: readonly Grant[]
}

/** Finds out who calls the administration: a person with a session, or a service with one of our tokens. */
export class Callers {
  readonly #options: CallersOptions

  constructor(options: CallersOptions) {
    this.#options = options
  }

  /** Throws `unauthenticated`. */
  async identify(request: Request): Promise<Caller> {
    // Another scheme is somebody else's, such as that of a proxy in front.
    const token = readBearer(request.headers.authorization)
    const { principal, groups } =
      token === undefined ? await this.#bySession(request) : await this.#byToken(token)
    return { principal, grants: await this.#options.grants.of(principal, groups) }
  }

  /** Throws `unauthenticated`, or `forbidden` if the caller may not give grants on all channels of the pattern. */
  async admin(request: Request, pattern = '**'): Promise<Caller> {
    const caller = await this.identify(request)
    if (!isAdmin(caller, pattern)) {
      throw new Problem('forbidden', `You need admin on ${pattern}.`)
    }
    return caller
  }

  async #bySession(request: Request) {
    const session = await this.#options.signIns.session(request)
    if (session === undefined) throw new Problem('unauthenticated')
    return session
  }

  async #byToken(token: string) {
    const { tokens, revocations } = this.#options
    const { principal, session, tokenId, issuedAt, groups } = await tokens.verify(token)
    const subjects = [principal, `session:${session}`, `token:${tokenId}`]
    if (await revocations.refuses(subjects, issuedAt)) throw new TokenRefused('revoked')
    return { principal, groups }
  }
}

/** Whether one of the caller's grants lets it give grants on all channels of a pattern. */
export function isAdmin({ principal, grants }: Caller, pattern: string): boolean {
  return isAllowed(grants, 'admin', pattern, principal)
}
