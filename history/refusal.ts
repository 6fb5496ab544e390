import { Problem } from '../contract/problem.ts'

/** Why a message may not be about the one that it names, as the database's function says. */
export type Refusal =
  'not-found' | 'deleted' | 'change' | 'not-author' | 'too-late' | 'too-many' | 'no-reaction'

export function refusalProblem(refusal: Refusal): Problem {
  switch (refusal) {
    case 'not-found':
      return new Problem('message-not-found')
    case 'deleted':
      return new Problem('conflict', 'That message has been deleted.')
    case 'change':
      return new Problem('conflict', 'That message is itself a change of another one.')
    case 'not-author':
      return new Problem(
        'forbidden',
        'Only its author may change it, or a moderator of the channel.',
      )
    case 'too-late':
      return new Problem('forbidden', 'The time in which its author could change it is over.')
    case 'too-many':
      return new Problem('conflict', 'That message has as many edits or reactions as one may have.')
    case 'no-reaction':
      return new Problem('conflict', 'There is no such reaction of yours on that message.')
  }
}
