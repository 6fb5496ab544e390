import { seededChannel } from '../../stack/seed/seed.ts'

const small = Array.from({ length: 10 }, (_, at) => `channel=${seededChannel(5_000 + 37 * at)}`)

/** Searches of what `npm run seed` writes. */
export const SEARCHES: { name: string; path: () => string; perSecond?: number }[] = [
  ['a common word', 'the'],
  ['a rare word', 'crane'],
  ['two rare words', 'harbour+crane'],
  ['a word of no message', 'zebra'],
  ['a phrase', encodeURIComponent('"red crane"')],
  ['a prefix', 'hon*'],
  ['a common word on ten small channels', `the&${small.join('&')}`],
  ['two rare words by rank', 'harbour+crane&order=rank'],
].map(([what, query]) => ({
  name: `search: ${what}`,
  path: () => `/history?limit=20&q=${query}`,
}))
