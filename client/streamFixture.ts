import { aMessage } from './sdk/messageFixture.ts'
import { type Effect, type Input, type StreamState, advance, start } from './streamState.ts'
import type { GoodbyeReason } from '../contract/events.ts'

/** Inputs of a stream, each at a time that matters to few tests. */
export const ready = (position: number, at = 10): Input => ({
  is: 'ready',
  at,
  id: `ep-${position}`,
  ready: { position, complete: true, channels: {} },
})

export const message = (position: number, previous: number, channel = 'lobby', at = 20): Input => ({
  is: 'message',
  at,
  id: `ep-${position}`,
  message: aMessage({ position, previous, channel }),
  random: 1,
})

export const heartbeat = (position: number, at = 20, id = `ep-${position}`): Input => ({
  is: 'heartbeat',
  at,
  id,
  heartbeat: { position },
})

export const ended = (at: number, random = 1): Input => ({ is: 'ended', at, random })
export const dropped = (at: number): Input => ({ is: 'dropped', at })
export const tick = (at: number): Input => ({ is: 'tick', at })
export const goodbye = (reason: GoodbyeReason, at = 30): Input => ({
  is: 'goodbye',
  at,
  random: 1,
  reason,
})
export const renewed = (at = 40): Input => ({ is: 'renewed', at })
export const offline: Input = { is: 'offline', at: 30 }
export const online: Input = { is: 'online', at: 40 }

export const gap = (after: number, before: number, channel = 'lobby', at = 20): Input => ({
  is: 'gap',
  at,
  gap: { channel, after, before, reason: 'retention' },
})

/** Runs the inputs. `did` has the effects in short: `5` for a delivered position, `gap 3..7`, `open ep-5`, `close`, `ask`, `reset`. */
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
  return effect.do === 'open' ? `open ${effect.since}` : effect.do
}
