import { z } from 'zod'
import type { Answer } from '../../chassis/description/operation.ts'
import { PRINCIPAL } from '../../contract/principal.ts'
import type { ProblemType } from '../../contract/problem.ts'

export const time = z.string().meta({ format: 'date-time' })

export const principal = z.string().regex(PRINCIPAL)

/** Of the pages of other sites, which may not call. */
export const OF_ALL: ProblemType[] = ['forbidden']

export const OF_CALLERS: ProblemType[] = ['unauthenticated', 'forbidden']

export const DONE: Answer[] = [{ status: 204, description: 'It is done.' }]

const SignedIn = z
  .strictObject({
    principal,
    name: z.string(),
    expiresAt: time.describe('The end of the access token: renew before'),
  })
  .meta({ id: 'SignedIn', description: 'A session that has begun, or goes on.' })

/** Of the calls that begin a session, and of its renewal. */
export const SIGNED_IN: Answer[] = [
  {
    status: 200,
    description: 'Signed in: the answer sets the cookies.',
    content: { 'application/json': SignedIn },
    headers: ['Set-Cookie'],
  },
]
