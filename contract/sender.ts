/** Characters of a sender's name at most: code points, so that no emoji counts twice. */
export const MAX_SENDER_NAME = 64

export const SENDER_ID = /^[A-Za-z0-9_.@-]{1,64}$/

/** A name is one line of words with one space between them: more spaces look the same. */
const SPACES = /[\p{Cc}\p{Z}]+/gu

/** The joiner inside an emoji, and the selector that gives an emoji its colours: both change what is drawn. */
const EMOJI_PARTS =
  /(?<=\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?)\u200d(?=\p{Extended_Pictographic})|(?<=\p{Extended_Pictographic})\ufe0f|(?<=[0-9#*])\ufe0f(?=\u20e3)/u

/**
 * What is not drawn, or turns the direction of writing. The last three count as letters or symbols, but are blank: a Braille cell
 * without dots, a note without a head, and the place of an object.
 */
const HIDDEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}\ufffc]/u

const HIDDEN_OR_EMOJI_PART = new RegExp(`(${EMOJI_PARTS.source})|${HIDDEN.source}`, 'gu')

/** More than two marks on one letter are drawn over the lines above and below. */
const STACKED_MARKS = /(\p{M}{2})\p{M}+/gu

const DRAWN = /[\p{L}\p{N}\p{S}]/u

/** Most names: of these nothing would be cleaned away, and the rest takes twenty times as long to see it. */
const PLAIN = /^(?=.{1,64}$)(?=.*[A-Za-z0-9])[!-~]+(?: [!-~]+)*$/

export function isSenderId(id: string): boolean {
  return SENDER_ID.test(id)
}

/**
 * Whether a text may be shown as a name: at least one letter, digit or symbol, nothing hidden, and in the form NFKC, so that names
 * that look the same are the same more often. It cannot tell letters of two scripts apart: show the principal beside the name.
 */
export function isSenderName(name: string): boolean {
  if (PLAIN.test(name)) return true
  return name !== '' && cleanSenderName(name) === name
}

/** The nearest valid name; empty if nothing of the text can stay. */
export function cleanSenderName(text: string): string {
  let name = text.toWellFormed()
  // What one step takes away can join what stood around it, so it goes on until nothing changes.
  for (let last; last !== name; name = cleanOnce(name)) last = name
  return DRAWN.test(name) ? name : ''
}

function cleanOnce(text: string): string {
  const name = text
    .replace(HIDDEN_OR_EMOJI_PART, '$1')
    .normalize('NFKC')
    .replace(STACKED_MARKS, '$1')
    .replace(SPACES, ' ')
    .trim()
  return Array.from(name).slice(0, MAX_SENDER_NAME).join('').trim()
}
