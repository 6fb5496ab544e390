/** A part of a text; `href` is set if it is a link. */
interface Segment {
  text: string
  href?: string
}

/**
 * One character class and no backtracking, so the time is linear in the text. A link ends before quotes and angle brackets. It
 * also ends before characters that change the direction of writing, which could make it read like another address.
 */
const LINK = /https?:\/\/[^\s<>"'\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gi

/** Punctuation that probably ends the sentence and not the address. */
const TRAILING = '.,;:!?)]}*_'

/** Splits a text into plain parts and http(s) links. Joined, the segments are the text again. */
export function linkify(text: string): Segment[] {
  const segments: Segment[] = []
  let end = 0
  for (const match of text.matchAll(LINK)) {
    const address = withoutTrailing(match[0])
    if (!URL.canParse(address)) continue
    if (match.index > end) segments.push({ text: text.slice(end, match.index) })
    segments.push({ text: address, href: new URL(address).href })
    end = match.index + address.length
  }
  if (end < text.length) segments.push({ text: text.slice(end) })
  return segments
}

function withoutTrailing(address: string): string {
  let end = address.length
  // "(see https://example.org/a_(b))": a bracket that the address opened belongs to the address.
  let open = count(address, '(') - count(address, ')')
  while (end > 0 && TRAILING.includes(address.charAt(end - 1))) {
    if (address[end - 1] === ')') {
      if (open >= 0) break
      open += 1
    }
    end -= 1
  }
  return address.slice(0, end)
}

function count(text: string, character: string): number {
  return text.split(character).length - 1
}
