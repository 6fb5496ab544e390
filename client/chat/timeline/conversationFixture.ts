import { Conversation } from './conversation.ts'
import type { Unsent } from '../../sdk/outboxStorage.ts'
import type { ProblemType } from '../../../contract/problem.ts'

/** A conversation of the sender `me`, and the messages that the test says are unsent. */
export function converse() {
  let unsent: Unsent[] = []
  return {
    conversation: new Conversation('me', () => unsent),
    send: (key: string, text: string) => {
      unsent = [...unsent, { key, channel: 'lobby', data: { text }, at: 0 }]
    },
    fail: (key: string, failure: ProblemType) => {
      unsent = unsent.map((each) => (each.key === key ? { ...each, failure } : each))
    },
    retry: (key: string) => {
      unsent = unsent.map(({ failure, ...each }) =>
        each.key === key || failure === undefined ? each : { ...each, failure },
      )
    },
    forget: (key: string) => {
      unsent = unsent.filter((each) => each.key !== key)
    },
  }
}
