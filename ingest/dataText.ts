/** Deeper data would overflow the stack of some recursive parser on its way; nobody's messages are that deep. */
const MAX_DEPTH = 64
/** An answer must not be as large as the request. */
const MAX_KEY_LENGTH = 64

type DataText =
  | { text: string }
  /** Why the database would refuse the data, and the place in it. */
  | { path: string[]; detail: string }

interface Container {
  isArray: boolean
  /** The key of the member that is being read. */
  key: string
  index: number
}

/**
 * The value of `data` in an object, exactly as it was sent: numbers, escapes and repeated keys stay. Only the white space between
 * tokens goes, so it is one line. `body` is JSON that `JSON.parse` has accepted. If `data` is repeated, the last one counts.
 *
 * All stored data must survive a cast to jsonb, so that operators can query history by its contents. jsonb refuses U+0000, half
 * of a surrogate pair, and numbers beyond its own bounds.
 *
 * It does not recurse: the input may be as deep as a body is long. It goes by character codes: for a body of many tokens a
 * regular expression takes ten times as long.
 */
export function readDataText(body: string): DataText {
  const containers: Container[] = []
  /** The parts of the data between white space; the text after the last part begins at `from`. */
  let parts: string[] = []
  let from = 0
  let isData = false
  let isKey = false
  const refusal = (detail: string, levels: number): DataText => ({
    path: containers.slice(1, levels).map(({ isArray, key, index }) => {
      return isArray ? String(index) : key.slice(0, MAX_KEY_LENGTH)
    }),
    detail,
  })
  for (let at = 0, end = 0; at < body.length; at = end) {
    end = tokenEnd(body, at)
    const code = body.charCodeAt(at)
    const top = containers.at(-1)
    if (
      isData &&
      (code <= SPACE || (containers.length === 1 && (code === COMMA || code === CLOSE)))
    ) {
      parts.push(body.slice(from, at))
      from = end
      isData = code <= SPACE
    }
    if (code <= SPACE) continue
    switch (code) {
      case OPEN:
      case OPEN_ARRAY:
        // Without a path, which would be as long as the data is deep.
        if (containers.length > MAX_DEPTH) return refusal(`nested deeper than ${MAX_DEPTH}`, 0)
        isKey = code === OPEN
        containers.push({ isArray: !isKey, key: '', index: 0 })
        break
      case CLOSE:
      case CLOSE_ARRAY:
        containers.pop()
        isKey = false
        break
      case COMMA:
        if (top?.isArray === true) top.index++
        else isKey = true
        break
      case COLON:
        isKey = false
        if (containers.length > 1 || top?.key !== 'data') break
        isData = true
        parts = []
        from = end
        break
      case QUOTE: {
        const raw = body.slice(at + 1, end - 1)
        if (isData && raw.includes('\\u') && !isStorable(unescape(raw))) {
          const levels = isKey ? containers.length - 1 : containers.length
          return refusal(isKey ? `in a key, ${TEXT}` : TEXT, levels)
        }
        if (isKey && top !== undefined) top.key = unescape(raw)
        break
      }
      default:
        if (isData && !fitsNumeric(body.slice(at, end))) {
          return refusal(
            'the number has more digits than the database can store',
            containers.length,
          )
        }
    }
  }
  return { text: parts.join('') }
}

const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_ARRAY = 0x5b
const BACKSLASH = 0x5c
const CLOSE_ARRAY = 0x5d
const OPEN = 0x7b
const CLOSE = 0x7d

/** The end of the token that begins at `at`: white space, a string, a mark, or a word (a number, true, false or null). */
export function tokenEnd(json: string, at: number): number {
  const code = json.charCodeAt(at)
  let end = at + 1
  if (code === QUOTE) {
    for (; json.charCodeAt(end) !== QUOTE; end++) if (json.charCodeAt(end) === BACKSLASH) end++
    return end + 1
  }
  if (code <= SPACE) while (json.charCodeAt(end) <= SPACE) end++
  else if (isOfWord(code)) while (isOfWord(json.charCodeAt(end))) end++
  return end
}

/** Letters of the three words, digits, and the other characters of a number. */
function isOfWord(code: number): boolean {
  return (
    code > SPACE &&
    code !== COMMA &&
    (code < COLON || (code >= 0x41 && code <= 0x7a && code !== OPEN_ARRAY && code !== CLOSE_ARRAY))
  )
}

function unescape(raw: string): string {
  return raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

const TEXT = 'text may contain neither U+0000 nor half of a surrogate pair'
const NUMBER = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
/** Limits of Postgres' `numeric`: digits before the point, digits after it, and the exponent that its parser takes. */
const MAX_WHOLE_DIGITS = 131_072
const MAX_DECIMALS = 16_383
const MAX_EXPONENT = 1_073_741_823

function fitsNumeric(token: string): boolean {
  // Nearly all tokens are short, the words too.
  if (token.length <= MAX_DECIMALS && !token.includes('e') && !token.includes('E')) return true
  if (/^[tf]/.test(token)) return true
  const [, whole = '', decimals = '', exponentText = '0'] = NUMBER.exec(token) ?? []
  const exponent = Number(exponentText)
  if (Math.abs(exponent) > MAX_EXPONENT) return false
  if (decimals.length - exponent > MAX_DECIMALS) return false
  const firstDigit = (whole + decimals).search(/[1-9]/)
  return firstDigit === -1 || whole.length - firstDigit + exponent <= MAX_WHOLE_DIGITS
}
