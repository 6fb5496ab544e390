import { isDeepStrictEqual } from 'node:util'
import type { ControlEvent } from '../../contract/events.ts'
import type { Message } from '../../contract/message.ts'

/** What a subscriber was handed by its library. */
export interface Heard {
  name: string
  data: string
}

export interface Verdict {
  /** Whether everything that was posted has been heard. */
  isLevel: boolean
  /** What went wrong, in a word or two each; empty for nothing. */
  faults: string[]
  /** Its library hands out what there is of an event when a stream ends within it; the whole comes later. */
  hasFragments: boolean
  /** What it calls a message, which has no name. */
  names: string[]
}

/** A library calls a message without a name so. */
const UNNAMED = new Set(['', 'message', 'null', 'None', 'undefined'])
const CONTROL: Record<ControlEvent, true> = {
  ready: true,
  gap: true,
  reset: true,
  heartbeat: true,
  goodbye: true,
}

/** Compares what was posted on a channel with what a subscriber heard since: each message once, in order, unaltered. */
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
    // Its answer to the sender may still be on its way.
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

/** Undefined for what is no message. */
function parse(data: string): Message | undefined {
  try {
    const message: Message = JSON.parse(data)
    return typeof message.position === 'number' ? message : undefined
  } catch {
    return undefined
  }
}
