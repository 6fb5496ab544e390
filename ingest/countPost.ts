import type { Counter } from 'prom-client'
import { toProblem } from '../chassis/problems.ts'
import type { Problem } from '../contract/problem.ts'
import type { Accepted } from './acceptMessage.ts'

/** Counts how posts end. */
export type PostCounter = Counter<'outcome'>

export function countAccepted(posts: PostCounter, { isRepeat }: Accepted): void {
  posts.inc({ outcome: isRepeat ? 'repeated' : 'created' })
}

/** Counts a post that failed, and says why it did. */
export function countRefused(posts: PostCounter, error: unknown): Problem {
  const problem = toProblem(error)
  posts.inc({ outcome: problem.type })
  return problem
}
