import { seededChannel } from '../../stack/seed/seed.ts'

interface Search {
  name: string
  path: () => string
  /** Undefined: as often as most of them. */
  perSecond: number | undefined
}

const small = Array.from({ length: 10 }, (_, at) => `channel=${seededChannel(5_000 + 37 * at)}`)
const phrase = (words: string): string => encodeURIComponent(`"${words}"`)

/** Fewer than of the others: each looks through all messages with both words, as far as one search goes. */
export const MISSED_PER_SECOND = 5

const QUERIES: readonly [what: string, query: string, perSecond?: number][] = [
  ['a common word', 'the'],
  ['a rare word', 'crane'],
  ['two rare words', 'harbour+crane'],
  ['a word of no message', 'zebra'],
  ['a phrase', phrase('red crane')],
  ['a phrase of no message', phrase('harbour crane'), MISSED_PER_SECOND],
  ['a prefix', 'hon*'],
  ['a common word on ten small channels', `the&${small.join('&')}`],
  ['two rare words by rank', 'harbour+crane&order=rank'],
]

/** Searches of what `npm run seed` writes. */
export const SEARCHES: readonly Search[] = QUERIES.map(([what, query, perSecond]) => ({
  name: `search: ${what}`,
  path: () => `/history?limit=20&q=${query}`,
  perSecond,
}))
