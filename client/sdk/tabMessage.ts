import type { SourceRequest } from './sourceRequest.ts'
import type { News } from './streamState.ts'
import { isObject } from './typeGuards.ts'
import { isProblemType, Problem, type ProblemType } from '../../contract/problem.ts'

/** What the tabs of a browser tell each other about the sources that they share. */
export type TabMessage =
  /** To the leader, which answers `taken`. */
  | { is: 'open'; tab: string; request: SourceRequest }
  | { is: 'close'; id: string }
  /** By the leader. `lead`: ask again for all that you want. */
  | { is: 'lead'; leader: string }
  | { is: 'taken'; leader: string; id: string }
  | { is: 'news'; leader: string; ids: string[]; news: News; problem?: PlainProblem | undefined }

/** A problem as it may be copied to another tab. */
interface PlainProblem {
  type: ProblemType
  detail: string | undefined
  retryAfter: number | undefined
}

/** News as a message. An error loses its class on the way to another tab, so it travels by its parts. */
export function newsMessage(leader: string, ids: string[], news: News): TabMessage {
  if (news.is !== 'ended' || news.problem === undefined) return { is: 'news', leader, ids, news }
  const { problem, ...rest } = news
  const { type, detail, retryAfter } = problem
  return { is: 'news', leader, ids, news: rest, problem: { type, detail, retryAfter } }
}

export function newsOf({ news, problem }: Extract<TabMessage, { is: 'news' }>): News {
  if (news.is !== 'ended' || problem === undefined) return news
  const { type, detail, retryAfter } = problem
  return {
    ...news,
    problem: new Problem(type, detail, retryAfter === undefined ? {} : { retryAfter }),
  }
}

/** A tab may still run an older version of this code. */
export function isTabMessage(value: unknown): value is TabMessage {
  if (!isObject(value)) return false
  const { is, leader, id, ids, news, problem, request, tab } = value
  switch (is) {
    case 'open':
      return typeof tab === 'string' && isObject(request) && typeof request.id === 'string'
    case 'close':
      return typeof id === 'string'
    case 'lead':
      return typeof leader === 'string'
    case 'taken':
      return typeof leader === 'string' && typeof id === 'string'
    case 'news': {
      const isKnown = !isObject(problem) || isProblemType(String(problem.type))
      return typeof leader === 'string' && Array.isArray(ids) && isObject(news) && isKnown
    }
    default:
      return false
  }
}
