import { gemoji } from 'gemoji'
import type { Emoji } from './emoji.ts'

/** All emoji with their names. */
export const emojiList: readonly Emoji[] = gemoji.map(({ emoji, names, tags, category }) => ({
  emoji,
  names,
  tags,
  category,
}))
