import { Problem, type ProblemType } from '../contract/problem.ts'
import { MAX_MADE_PER_DAY, MAX_MEMBERS, MAX_OWN, type Outcome } from './channelTable.ts'

const REFUSALS: Record<Exclude<Outcome, 'made' | 'put'>, [ProblemType, string]> = {
  there: ['conflict', 'The channel has a title already.'],
  changed: ['conflict', 'Somebody else has just changed this. Look again.'],
  'last-owner': ['conflict', 'You are the last owner. Make somebody else owner before.'],
  'too-many-today': ['rate-limited', `You may make ${MAX_MADE_PER_DAY} channels a day.`],
  'too-many-own': ['forbidden', `Nobody can be in more than ${MAX_OWN} channels.`],
  'too-many-members': ['forbidden', `A channel has at most ${MAX_MEMBERS} members.`],
  'too-many-grants': ['forbidden', 'There are too many grants already (MAX_GRANTS).'],
}

/** Until some of the channels that were made are a day old. */
const RETRY_SECONDS = 3_600

/** What to answer if the database did not put what was asked for. */
export function refused(outcome: Outcome): Problem {
  if (outcome === 'made' || outcome === 'put') return new Problem('internal')
  const [type, detail] = REFUSALS[outcome]
  return new Problem(type, detail, type === 'rate-limited' ? { retryAfter: RETRY_SECONDS } : {})
}
