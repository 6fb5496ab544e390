/** A part of a text without markup. `text` of a mention is what was written, with its `@`. */
export type Word =
  | { is: 'text'; text: string }
  | { is: 'mention'; text: string; handle: string }
  | { is: 'emoji'; text: string; name: string }

/** `@handle` after a space or a bracket, or `:name:`. No quantifier meets another one, so the time is linear in the text. */
const WORD = /(?<=^|[\s([{"'“‘])@([\p{L}\p{N}][\p{L}\p{N}_.-]{0,63})|:([a-z0-9_+-]{1,40}):/giu

/** Splits a text at its mentions and its emoji by name. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = []
  let end = 0
  for (const match of text.matchAll(WORD)) {
    const [whole, handle, name = ''] = match
    if (match.index > end) words.push({ is: 'text', text: text.slice(end, match.index) })
    if (handle === undefined) words.push({ is: 'emoji', text: whole, name: name.toLowerCase() })
    else words.push({ is: 'mention', text: whole, handle: handle.replace(/[.-]+$/, '') })
    end = match.index + whole.length
  }
  if (end < text.length) words.push({ is: 'text', text: text.slice(end) })
  return words
}
