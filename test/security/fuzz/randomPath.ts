import type { Random } from '../../model/random.ts'
import { randomWord } from './randomWord.ts'

/** What a parameter takes, and what it almost takes. */
const VALUES = new Map<string, readonly string[]>(
  Object.entries({
    channel: ['fuzz', 'fuzz.a', 'a'.repeat(128)],
    before: ['5', '0', '9007199254740991'],
    after: ['1', '0', '9007199254740991'],
    from: ['2026-11-21T19:33:02Z', '0001-01-01T00:00:00Z'],
    to: ['2027-11-21T19:33:02Z', '9999-12-31T23:59:59.999Z'],
    limit: ['3', '1000', '1001'],
    order: ['asc', 'desc', 'ASC'],
    sender: ['fuzz', 'user:fuzz', 'a'.repeat(64)],
    type: ['message', 'fuzz'],
    about: ['1', '9007199254740991'],
    changes: ['true', 'false', 'TRUE'],
    prefix: ['', 'fu', 'a'.repeat(128)],
    since: ['-3', '-1000', '5', '4cb2996e-3', '2026-01-01T00:00:00Z', '9007199254740991'],
    lastEventId: ['', '4cb2996e-3'],
    heartbeat: ['1', '60', '0'],
  }),
)
/** A longer wait would be no hang, and look like one. */
const WAITS = ['0', '1', '-1', '61', '1e1', '']
const RANGE = ['channel', 'sender', 'type', 'about', 'before', 'after', 'from', 'to', 'changes']
const HISTORY = [...RANGE, 'limit', 'order', 'wait']
const CHANNELS = ['prefix', 'after', 'limit']
const EVENTS = ['channel', 'channel', 'since', 'lastEventId', 'heartbeat']

/** Where a post goes in. */
export function postPath(random: Random): string {
  if (random.chance(0.3)) return '/messages'
  return `/channels/${random.chance(0.9) ? 'fuzz' : randomWord(random)}/messages`
}

/** A message, one of its reactions, or all of a sender: what may be changed. */
export function changePath(random: Random): string {
  return random.pick([messagePath, messagePath, reactionPath, senderPath])(random)
}

/** Any address, right or almost right. */
export function anyPath(random: Random): string {
  const word = () => randomWord(random)
  const kinds = [
    () => `/channels/${word()}/messages`,
    () => messagePath(random),
    () => `${messagePath(random)}/versions?${randomQuery(random, ['after'])}`,
    () => reactionPath(random),
    () => senderPath(random),
    () => `/channels/${word()}`,
    () => `/history?${randomQuery(random, HISTORY)}`,
    () => `/history?${randomQuery(random, HISTORY)}`,
    () => `/history?${randomQuery(random, HISTORY)}`,
    () => `/channels?${randomQuery(random, CHANNELS)}`,
    () => `/events?${randomQuery(random, EVENTS)}`,
    () => `/events?${randomQuery(random, EVENTS)}`,
    () => `/${random.pick(['client', 'contract', 'account', 'grants'])}/${word()}`,
    () => `/${Array.from({ length: random.between(0, 4) }, word).join('/')}`,
  ]
  return random.pick(kinds)()
}

function messagePath(random: Random): string {
  const position = random.chance(0.8) ? random.between(0, 300) : randomWord(random)
  return `/channels/fuzz/messages/${position}`
}

function reactionPath(random: Random): string {
  const name = random.pick(['ok', '%F0%9F%91%8D', randomWord(random)])
  return `${messagePath(random)}/reactions/${name}`
}

function senderPath(random: Random): string {
  const sender = random.pick(['fuzz', 'user:fuzz', randomWord(random)])
  return `/senders/${sender}/messages?${randomQuery(random, ['after'])}`
}

function randomQuery(random: Random, names: readonly string[]): string {
  const value = (name: string) => {
    if (name === 'wait') return random.pick(WAITS)
    const right = VALUES.get(name)
    return right !== undefined && random.chance(0.8) ? random.pick(right) : randomWord(random)
  }
  const hasChannel = names.includes('channel') && random.chance(0.85)
  const parts = hasChannel ? [`channel=${value('channel')}`] : []
  for (let at = random.between(0, 4); at > 0; at--) {
    const name = random.chance(0.85) ? random.pick(names) : randomWord(random)
    parts.push(`${name}${random.pick(['=', '=', '=', '', '=='])}${value(name)}`)
  }
  return parts.join(random.pick(['&', '&', '&', ';']))
}
