import type { Block, Inline } from './blocks.ts'
import { emojiNames } from './emoji.ts'
import { beginningOf } from './markdown.ts'

/** Around a hit while the text is parsed: letters that no font has, so they are no markup. */
const START = '\ue000'
const END = '\ue001'

/**
 * A text as a person reads it, without its markup and in one line: for lists, notifications and screen readers. Emoji stay names until
 * `emojiNames` are known.
 */
export function plainText(text: string): string {
  return textOfBlocks(beginningOf(text).blocks).replaceAll(/\s+/g, ' ').trim()
}

/** The same for an excerpt in parts, those with odd numbers being hits. */
export function plainExcerpt(parts: readonly string[]): { text: string; isHit: boolean }[] {
  const clean = parts.map((part) => part.replaceAll(/[\ue000\ue001]/g, ''))
  const marked = clean.map((part, at) => (at % 2 === 1 ? START + part + END : part)).join('')
  return plainText(marked)
    .split(/(?=[\ue000\ue001])/)
    .map((part) => ({ text: part.replace(/^[\ue000\ue001]/, ''), isHit: part.startsWith(START) }))
    .filter(({ text }) => text !== '')
}

const textOfBlocks = (blocks: readonly Block[]): string => blocks.map(textOfBlock).join(' ')
const textOfInlines = (inlines: readonly Inline[]): string => inlines.map(textOfInline).join('')

function textOfBlock(block: Block): string {
  switch (block.is) {
    case 'paragraph':
    case 'heading':
      return textOfInlines(block.of)
    case 'quote':
      return textOfBlocks(block.of)
    case 'list':
      return block.items.map(textOfBlocks).join(' ')
    case 'table':
      return [block.head, ...block.rows].flat().map(textOfInlines).join(' ')
    case 'code':
      return block.text
    case 'rule':
      return ''
  }
}

function textOfInline(inline: Inline): string {
  switch (inline.is) {
    case 'emphasis':
    case 'strong':
    case 'struck':
      return textOfInlines(inline.of)
    case 'link':
      return inline.address === undefined ? inline.label : `${inline.label} (${inline.address})`
    case 'emoji':
      return emojiNames.named(inline.name) ?? inline.text
    case 'code':
    case 'mention':
    case 'text':
      return inline.text
  }
}
