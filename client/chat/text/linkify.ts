/** A link: `href` is where it leads, and `label` what to show: it names the host that `href` does. */
export interface Link {
  href: string
  label: string
}

/** A part of a text, perhaps a link. */
export type Segment = { text: string } & Partial<Link>

/**
 * One character class and no backtracking, so the time is linear in the text. A link ends before quotes and angle brackets. It
 * also ends before characters that change the direction of writing, which could make it read like another address.
 */
const LINK = /https?:\/\/[^\s<>"'\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gi

/** An address as it was written: scheme, host with port, and the rest. A browser takes `\` for `/`. */
const PARTS = /^(https?:)[\\/]*([^\\/?#]*)(.*)$/is

/** Punctuation that probably ends the sentence and not the address. */
const TRAILING = '.,;:!?)]}*_~'

/** Splits a text into plain parts and http(s) links. Joined, the segments are the text again. */
export function linkify(text: string): Segment[] {
  const segments: Segment[] = []
  let end = 0
  for (const match of text.matchAll(LINK)) {
    const address = withoutTrailing(match[0])
    const link = linkOf(address)
    if (link === undefined) continue
    if (match.index > end) segments.push({ text: text.slice(end, match.index) })
    segments.push({ text: address, ...link })
    end = match.index + address.length
  }
  if (end < text.length) segments.push({ text: text.slice(end) })
  return segments
}

/** The address that a text begins with, even if it is no link; empty if there is none. */
export function addressAt(text: string): string {
  const [address = ''] =
    /^https?:\/\/[^\s<>"'\u200e\u200f\u202a-\u202e\u2066-\u2069]+/i.exec(text) ?? []
  return withoutTrailing(address)
}

/**
 * Undefined if the address is not valid, or has a user: `https://bank.example@evil.example` leads to evil.example. A host that was
 * written in another way than the browser calls it is shown as the browser calls it: `xn--…` for letters of other scripts.
 */
export function linkOf(address: string): Link | undefined {
  const parts = PARTS.exec(address)
  if (parts === null || !URL.canParse(address)) return undefined
  const { href, protocol, host, username, password } = new URL(address)
  const [, , written = '', rest = ''] = parts
  if (username !== '' || password !== '' || written.includes('@')) return undefined
  const label = written.toLowerCase() === host ? address : `${protocol}//${host}${rest}`
  return { href, label }
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
