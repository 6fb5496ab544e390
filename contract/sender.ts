/** Characters of a sender's name at most: code points, so that no emoji counts twice. */
export const MAX_SENDER_NAME = 64

const ID = /^[A-Za-z0-9_.@-]{1,64}$/
/** Control characters, and the two that only JavaScript takes for line ends: a name is one line of text. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}]/u
const UNPRINTABLES = new RegExp(`${UNPRINTABLE.source}+`, 'gu')

export function isSenderId(id: string): boolean {
  return ID.test(id)
}

export function isSenderName(name: string): boolean {
  const { length } = Array.from(name)
  return length <= MAX_SENDER_NAME && name.trim() !== '' && !UNPRINTABLE.test(name)
}

/** The nearest valid name; empty if nothing of the text can stay. */
export function cleanSenderName(text: string): string {
  const printable = text.replace(UNPRINTABLES, ' ').toWellFormed().trim()
  return Array.from(printable).slice(0, MAX_SENDER_NAME).join('').trim()
}
