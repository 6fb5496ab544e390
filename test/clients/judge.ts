import { isDeepStrictEqual } from 'node:util'
import type { ControlEvent } from '../../contract/events.ts'
import type { Message } from '../../contract/message.ts'

/** An event that a library passed to its subscriber. */
export interface Heard {
  name: string
  data: string
}

export interface Verdict {
  /** Whether every posted message arrived. */
  isLevel: boolean
  /** The faults, in a word or two each. */
  faults: string[]
  /** Its library passes on part of an event if a stream ends within it; the whole event comes later. */
  hasFragments: boolean
  /** The event names under which it passes on messages, which have none. */
  names: string[]
}

/** Names that libraries use for an event without a name. */
const UNNAMED = new Set(['', 'message', 'null', 'None', 'undefined'])
const CONTROL: Record<ControlEvent, true> = {
  ready: true,
  gap: true,
  reset: true,
  heartbeat: true,
  goodbye: true,
  presence: true,
  signal: true,
}

/** Compares the posted messages with those that a subscriber got: each one once, in order, unaltered. */
export function judge(posted: readonly Message[], heard: readonly Heard[]): Verdict {
  const faults = new Set<string>()
  const names = new Set<string>()
  let hasFragments = false
  let next = 0
  for (const { name, data } of heard) {
    if (name in CONTROL) continue
    const message = UNNAMED.has(name) ? parse(data) : undefined
    if (message === undefined) {
      if (data.startsWith('{"position":')) hasFragments = true
      else faults.add(data === '' ? 'an empty message' : 'altered')
      continue
    }
    names.add(name)
    const at = posted.findIndex(({ position }) => position === message.position)
    // The answer to its sender may still be on its way.
    if (at === -1 && message.position > (posted.at(-1)?.position ?? Infinity)) continue
    if (at < next) {
      faults.add('twice')
      continue
    }
    if (at > next) faults.add(`lost ${at - next}`)
    if (!isDeepStrictEqual(message, posted[at])) faults.add('altered')
    next = at + 1
  }
  return { isLevel: next === posted.length, faults: [...faults], hasFragments, names: [...names] }
}

/** Undefined if the data is no message. */
function parse(data: string): Message | undefined {
  try {
    const message: Message = JSON.parse(data)
    return typeof message.position === 'number' ? message : undefined
  } catch {
    return undefined
  }
}
