/** A word, a phrase, or the beginning of a word: `crane`, `"red crane"`, `cra*`. */
interface Term {
  text: string
  isPrefix: boolean
  /** What must not be found: `-crane`. */
  isNegative: boolean
}

/** What somebody looks for: one of these groups, with all of its terms. */
export type SearchWords = readonly (readonly Term[])[]

/** A sign, a phrase in quotes (the last one may lack its end) or whatever has no space, and a star. */
const TERM = /(-?)(?:"([^"]*)(?:"|$)|([^\s"]+))/gu
const WORD = /[\p{L}\p{N}]/u

/**
 * Reads what people type into search boxes, as Postgres' `websearch_to_tsquery` does, and `word*` too. Nothing is a mistake: what
 * has no letter or digit is left out. `or` between two terms separates groups, and at the end it is left out; elsewhere it is a
 * word.
 */
export function parseSearchWords(text: string): SearchWords {
  const groups: Term[][] = [[]]
  let isOr = false
  // The database's texts have neither.
  for (const [, sign, phrase, word = ''] of text
    .replaceAll('\0', ' ')
    .toWellFormed()
    .matchAll(TERM)) {
    const hasTerm = groups.at(-1)?.length !== 0
    if (phrase === undefined && word.toLowerCase() === 'or' && sign === '' && hasTerm && !isOr) {
      isOr = true
      continue
    }
    const found = phrase ?? word
    if (!WORD.test(found)) continue
    if (isOr) groups.push([])
    isOr = false
    const isPrefix = phrase === undefined && word.endsWith('*')
    groups.at(-1)?.push({ text: found.replaceAll('*', ' '), isPrefix, isNegative: sign === '-' })
  }
  return groups.filter((group) => group.length > 0)
}

/** The beginnings of words in it, each once, in the syntax of `to_tsquery`. */
export function prefixesOf(words: SearchWords): string[] {
  const prefixes = words.flat().filter(({ isPrefix, isNegative }) => isPrefix && !isNegative)
  return [...new Set(prefixes.map(operand))]
}

/**
 * In the syntax of `to_tsquery`; '' matches nothing. A term of `without` (as `prefixesOf` has it) counts as one that must not be found.
 */
export function toQuery(words: SearchWords, without: ReadonlySet<string> = new Set()): string {
  const groups = words.map((group) =>
    group.map((term) => {
      const text = operand(term)
      return term.isNegative || without.has(text) ? `!${text}` : text
    }),
  )
  return groups.map((group) => `(${group.join(' & ')})`).join(' | ')
}

function operand({ text, isPrefix }: Term): string {
  return isPrefix ? `${quoted(text)}:*` : quoted(text)
}

/** An operand of a query: whatever is in it counts as text. */
export function quoted(text: string): string {
  return `'${text.trim().replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}
