import { plainText } from './text/plainText.ts'
import { textOf } from './timeline/conversation.ts'
import type { Message } from '../../contract/message.ts'

/** Markup may be longer than what it leaves. */
const MARKUP_FACTOR = 4

/** A message in one line of at most `max` UTF-16 units, without its markup; `data` if it has no words. A reaction is only its emoji. */
export function previewOf(message: Pick<Message, 'data'>, max: number): string {
  const { data } = message
  const text = textOf(message) ?? (typeof data === 'string' ? data : 'data')
  const preview = plainText(text.slice(0, max * MARKUP_FACTOR)).slice(0, max)
  // Half a character is none.
  return preview.replace(/[\ud800-\udbff]$/, '')
}
