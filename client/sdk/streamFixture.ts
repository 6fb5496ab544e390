import { advance } from './advance.ts'
import { aMessage } from './messageFixture.ts'
import { type Effect, type Input, type StreamState, start } from './streamState.ts'
import type { GoodbyeReason } from '../../contract/events.ts'
import { Problem, type ProblemType } from '../../contract/problem.ts'

/** Inputs of a stream, each at a time that matters to few tests. */
const moment = (at: number) => ({ at, random: 1 })

export const ready = (position: number, at = 10, id = `ep-${position}`): Input => ({
  is: 'ready',
  id,
  ready: { position, complete: true, channels: {} },
  ...moment(at),
})

/** The same for channels of one of several logs; their ids do not matter here. */
export const readyOn = (position: number, channels: string[]): Input => ({
  is: 'ready',
  id: `over-several-${position}`,
  ready: {
    position,
    complete: true,
    channels: Object.fromEntries(channels.map((name) => [name, { head: position }])),
  },
  ...moment(10),
})

export const message = (
  position: number,
  previous: number,
  channel = 'lobby',
  at = 20,
  id = `ep-${position}`,
): Input => ({
  is: 'message',
  id,
  message: aMessage({ position, previous, channel }),
  ...moment(at),
})

export const heartbeat = (position: number, at = 20, id = `ep-${position}`): Input => ({
  is: 'heartbeat',
  id,
  heartbeat: { position },
  ...moment(at),
})

export const gap = (after: number, before: number, channel = 'lobby', at = 20): Input => ({
  is: 'gap',
  id: '',
  gap: { channel, after, before, reason: 'retention' },
  ...moment(at),
})

export const goodbye = (reason: GoodbyeReason, at = 30): Input => ({
  is: 'goodbye',
  id: '',
  reason,
  ...moment(at),
})

/** The source ends, maybe with a refusal. */
export const ended = (at: number, type?: ProblemType, retryAfter?: number): Input => ({
  is: 'ended',
  reason: 'broken',
  ...(type !== undefined && {
    problem: new Problem(type, undefined, retryAfter === undefined ? {} : { retryAfter }),
  }),
  ...moment(at),
})

export const tick = (at: number): Input => ({ is: 'tick', ...moment(at) })
export const renewed = (at = 40, good = true): Input => ({ is: 'renewed', good, ...moment(at) })
export const retry = (ms: number): Input => ({ is: 'retry', ms, ...moment(10) })
export const offline: Input = { is: 'offline', ...moment(30) }
export const online: Input = { is: 'online', ...moment(40) }
export const retryNow: Input = { is: 'retryNow', ...moment(40) }
export const close: Input = { is: 'close', ...moment(50) }
export const reset: Input = { is: 'reset', reset: { reason: 'other-epoch' }, ...moment(20) }

/** Runs the inputs. `did` has the effects in short: `5` for a delivered position, `gap 3..7`, `open ep-5`, `polls 5`, `close`, `renew`. */
export function run(
  since: string,
  inputs: Input[],
): { state: StreamState; did: (string | number)[] } {
  let [state, effects] = start(since, 0)
  const did: (string | number)[] = []
  for (const input of inputs) {
    ;[state, effects] = advance(state, input)
    did.push(...effects.map(short))
  }
  return { state, did }
}

function short(effect: Effect): string | number {
  if (effect.do === 'deliver') return effect.message.position
  if (effect.do === 'gap') return `gap ${effect.gap.after}..${effect.gap.before}`
  if (effect.do === 'renew') return effect.refused ? 'renew refused' : 'renew'
  if (effect.do !== 'open') return effect.do
  return `${effect.by === 'polls' ? 'polls' : 'open'} ${effect.since}`
}
