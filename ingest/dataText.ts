/** Deeper data would overflow the stack of some parser on its way that recurses; nobody's messages are that deep. */
const MAX_DEPTH = 64
/** An answer is not to be as large as the question. */
const MAX_KEY_LENGTH = 64

/** A string, a mark, or a word: a number, `true`, `false` or `null`. Only white space is between them. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\s[\]{},:"]+/g

export type DataText =
  | { text: string }
  /** What the database would not take, and where in the data it is. */
  | { path: string[]; detail: string }

interface Container {
  isArray: boolean
  /** Of its member that is being read. */
  key: string
  index: number
}

/**
 * The value of `data` in an object, as the text that came: numbers, escapes and repeated keys as they were written, without the
 * white space between tokens, so that it is one line. `body` is JSON: `JSON.parse` has taken it. Of a repeated `data` the last counts.
 *
 * Everything stored must survive a cast to jsonb, so that history can be queried by its contents. jsonb refuses U+0000, half of a
 * surrogate pair, and numbers beyond its own bounds.
 *
 * Not recursive: the input may be as deep as a body is long.
 */
export function readDataText(body: string): DataText {
  const containers: Container[] = []
  let parts: string[] = []
  let isData = false
  let isKey = false
  const refusal = (detail: string, levels: number): DataText => ({
    path: containers.slice(1, levels).map(({ isArray, key, index }) => {
      return isArray ? String(index) : key.slice(0, MAX_KEY_LENGTH)
    }),
    detail,
  })
  for (const [token] of body.matchAll(TOKEN)) {
    const top = containers.at(-1)
    if (containers.length === 1 && (token === ',' || token === '}')) isData = false
    if (isData) parts.push(token)
    switch (token.charAt(0)) {
      case '{':
      case '[':
        // The path would be as long as the data is deep.
        if (containers.length > MAX_DEPTH) return refusal(`nested deeper than ${MAX_DEPTH}`, 0)
        containers.push({ isArray: token === '[', key: '', index: 0 })
        isKey = token === '{'
        break
      case '}':
      case ']':
        containers.pop()
        break
      case ',':
        if (top?.isArray === true) top.index++
        else isKey = true
        break
      case ':':
        isKey = false
        if (containers.length > 1 || top?.key !== 'data') break
        isData = true
        parts = []
        break
      case '"': {
        const text = token.includes('\\') ? String(JSON.parse(token)) : token.slice(1, -1)
        const isFit = !isData || (text.isWellFormed() && !text.includes('\0'))
        if (!isFit) {
          const levels = isKey ? containers.length - 1 : containers.length
          return refusal(isKey ? `in a key, ${TEXT}` : TEXT, levels)
        }
        if (isKey && top !== undefined) top.key = text
        break
      }
      default:
        if (isData && !isWord(token) && !fitsNumeric(token)) {
          return refusal('the number has more digits than the database takes', containers.length)
        }
    }
  }
  return { text: parts.join('') }
}

const TEXT = 'text may hold neither U+0000 nor half of a surrogate pair'
const NUMBER = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
/** Of Postgres' `numeric`: digits before the point, digits behind it, and the exponent that its parser takes. */
const MAX_WHOLE_DIGITS = 131_072
const MAX_DECIMALS = 16_383
const MAX_EXPONENT = 1_073_741_822

const isWord = (token: string): boolean => /^[a-z]/.test(token)

function fitsNumeric(token: string): boolean {
  const [, whole = '', decimals = '', exponentText = '0'] = NUMBER.exec(token) ?? []
  const exponent = Number(exponentText)
  if (Math.abs(exponent) > MAX_EXPONENT) return false
  if (decimals.length - exponent > MAX_DECIMALS) return false
  const firstDigit = (whole + decimals).search(/[1-9]/)
  return firstDigit === -1 || whole.length - firstDigit + exponent <= MAX_WHOLE_DIGITS
}
