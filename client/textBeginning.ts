import { type Segment, linkify } from './linkify.ts'

/** A text of up to so many UTF-16 units is drawn at once: about three screens. */
export const MAX_UNITS = 4_000

/** Each link is an element, and a page has dozens of messages. */
export const MAX_LINKS = 50

interface Beginning {
  segments: Segment[]
  /** Whether this is the whole text. */
  complete: boolean
}

/** As much of a text as is drawn before its reader asks for more. It holds no link whose end is missing. */
export function beginningOf(text: string): Beginning {
  const long = text.length > MAX_UNITS
  const segments = long ? cut(text) : linkify(text)
  const links = segments.flatMap(({ href }, index) => (href === undefined ? [] : [index]))
  const end = links[MAX_LINKS]
  return { segments: segments.slice(0, end), complete: !long && end === undefined }
}

function cut(text: string): Segment[] {
  const shown = text.slice(0, MAX_UNITS).replace(/[\ud800-\udbff]$/, '')
  const lastWord = /\S*$/.exec(shown)?.index ?? 0
  return [...linkify(shown.slice(0, lastWord)), { text: shown.slice(lastWord) }]
}
