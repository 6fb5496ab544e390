/** A part of text; with `href` where it is a link. */
export interface Part {
  text: string
  href?: string
}

/**
 * One character class and nothing to backtrack into, so the time is linear in the text. A link ends before quotes, angle
 * brackets and characters that change the direction of writing, which could make it read like another address.
 */
const LINK = /https?:\/\/[^\s<>"'\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gi

/** Punctuation that more likely ends the sentence than the address. */
const TAIL = '.,;:!?)]}*_'

/** Splits a text into plain parts and http(s) links; the texts of the parts make up the whole again. */
export function linkify(text: string): Part[] {
  const parts: Part[] = []
  let end = 0
  for (const match of text.matchAll(LINK)) {
    const address = withoutTail(match[0])
    if (!URL.canParse(address)) continue
    if (match.index > end) parts.push({ text: text.slice(end, match.index) })
    parts.push({ text: address, href: new URL(address).href })
    end = match.index + address.length
  }
  if (end < text.length) parts.push({ text: text.slice(end) })
  return parts
}

function withoutTail(address: string): string {
  let end = address.length
  // "(see https://example.org/a_(b))": a bracket that the address itself opened belongs to it.
  let open = count(address, '(') - count(address, ')')
  while (end > 0 && TAIL.includes(address.charAt(end - 1))) {
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
