import type { Counter } from 'prom-client'
import { toProblem } from '../chassis/problems.ts'
import type { Accepted } from './acceptMessage.ts'

/** Counts how a post ends, refused or not. */
export async function countPost(
  posts: Counter<'outcome'>,
  post: () => Promise<Accepted>,
): Promise<Accepted> {
  try {
    const accepted = await post()
    posts.inc({ outcome: accepted.isRepeat ? 'repeated' : 'created' })
    return accepted
  } catch (error) {
    posts.inc({ outcome: toProblem(error).type })
    throw error
  }
}
