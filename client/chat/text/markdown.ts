import type { Token, Tokens } from 'marked'
import { linkOf } from './linkify.ts'
import { type Block, type Inline, joined, plain } from './blocks.ts'
import { tokensOf } from './markdownLexer.ts'
import { childrenOf, isList, isTable, stringIn, textIn } from './tokens.ts'
import { wordsOf } from './textParts.ts'

interface Parsed {
  blocks: Block[]
  /** Whether this is the whole text, with its form. */
  complete: boolean
}

/** A text of up to so many UTF-16 units is drawn at once: about three screens. */
export const MAX_UNITS = 4_000

/** So many parts of a message are drawn at once: a page has hundreds of messages. */
export const MAX_PARTS = 60

/** What a reader who asks for all of a message gets. The rest comes as plain text. */
const MAX_PARTS_OF_ALL = 2_000

/** Beyond that a text is plain: the lexer's time is not linear. */
const MAX_UNITS_OF_MARKDOWN = 20_000

const MAX_DEPTH = 6

/** The beginning of a text, which costs little whatever it is. */
export function beginningOf(text: string): Parsed {
  const long = text.length > MAX_UNITS
  const shown = long ? cut(text) : text
  const parsed = parse(shown, MAX_PARTS)
  return { blocks: parsed.blocks, complete: !long && parsed.complete }
}

/** A whole text. */
export function allOf(text: string): Block[] {
  return text.length > MAX_UNITS_OF_MARKDOWN
    ? [{ is: 'paragraph', of: [{ is: 'text', text }] }]
    : parse(text, MAX_PARTS_OF_ALL).blocks
}

/** Ends before a word, so that no link is half. */
function cut(text: string): string {
  const shown = text.slice(0, MAX_UNITS).replace(/[\ud800-\udbff]$/, '')
  const lastWord = /\s\S*$/.exec(shown)?.index ?? 0
  return lastWord > 0 ? shown.slice(0, lastWord) : shown
}

function parse(text: string, parts: number): Parsed {
  const parser = new Parser(parts)
  const blocks = parser.blocks(tokensOf(text), 0)
  return { blocks, complete: parser.left >= 0 }
}

/** Turns tokens into what is drawn. Beyond a number of parts, and a depth, it draws plain text. */
class Parser {
  left: number

  constructor(parts: number) {
    this.left = parts
  }

  blocks(tokens: readonly Token[], depth: number): Block[] {
    const blocks: Block[] = []
    for (const token of tokens) {
      if (token.type === 'space') continue
      if (this.left < 0) {
        // The rest is one part, however much it is.
        const rest = tokens.slice(tokens.indexOf(token))
        blocks.push(plain(rest.map(({ raw }) => raw).join('')))
        break
      }
      blocks.push(this.#block(token, depth))
    }
    return blocks
  }

  #block(token: Token, depth: number): Block {
    this.left -= 1
    if (depth >= MAX_DEPTH) return plain(token.raw)
    if (isList(token)) return this.#list(token, depth)
    if (isTable(token)) return this.#table(token, depth)
    switch (token.type) {
      case 'heading':
        return { is: 'heading', of: this.#inlines(childrenOf(token), depth) }
      case 'blockquote':
        return { is: 'quote', of: this.blocks(childrenOf(token), depth + 1) }
      case 'code':
        return { is: 'code', text: textIn(token), language: stringIn(token, 'lang') }
      case 'hr':
        return { is: 'rule' }
      default: {
        const tokens = childrenOf(token)
        return tokens.length > 0
          ? { is: 'paragraph', of: this.#inlines(tokens, depth) }
          : plain(token.raw)
      }
    }
  }

  #list({ ordered, start, items }: Tokens.List, depth: number): Block {
    const shown: Block[][] = []
    for (const [at, item] of items.entries()) {
      this.left -= 1
      if (this.left < 0) {
        shown.push([
          plain(
            items
              .slice(at)
              .map(({ raw }) => raw)
              .join(''),
          ),
        ])
        break
      }
      const tokens = item.tokens.filter(({ type }) => type !== 'checkbox')
      const box: Block[] = item.task ? [plain(item.checked === true ? '☑ ' : '☐ ')] : []
      shown.push([...box, ...this.blocks(tokens, depth + 1)])
    }
    return { is: 'list', start: ordered ? Number(start) : undefined, items: shown }
  }

  #table({ header, rows }: Tokens.Table, depth: number): Block {
    const row = (cells: Tokens.TableCell[]) =>
      cells.map(({ tokens }) => this.#inlines(tokens, depth))
    const shown = rows.slice(0, Math.max(0, Math.floor(this.left / (header.length + 1))))
    if (shown.length < rows.length) this.left = -1
    return { is: 'table', head: row(header), rows: shown.map(row) }
  }

  #inlines(tokens: readonly Token[], depth: number): Inline[] {
    const inlines: Inline[] = []
    for (const token of tokens) {
      if (this.left < 0 || depth >= MAX_DEPTH) {
        const rest = tokens.slice(tokens.indexOf(token))
        inlines.push({ is: 'text', text: rest.map(({ raw }) => raw).join('') })
        break
      }
      inlines.push(...this.#inline(token, depth))
    }
    return joined(inlines)
  }

  #inline(token: Token, depth: number): Inline[] {
    const text = textIn(token)
    switch (token.type) {
      case 'strong':
      case 'em':
      case 'del': {
        this.left -= 1
        const is = ({ strong: 'strong', em: 'emphasis', del: 'struck' } as const)[token.type]
        return [{ is, of: this.#inlines(childrenOf(token), depth + 1) }]
      }
      case 'codespan':
        this.left -= 1
        return [{ is: 'code', text }]
      case 'br':
        return [{ is: 'text', text: token.raw.replace(/^ +/, '') }]
      case 'escape':
        return [{ is: 'text', text }]
      case 'link':
      case 'image':
        return this.#link(token, text)
      default: {
        const tokens = childrenOf(token)
        return tokens.length > 0 ? this.#inlines(tokens, depth) : this.#words(text || token.raw)
      }
    }
  }

  #link(token: Token, text: string): Inline[] {
    const href = stringIn(token, 'href')
    const link = linkOf(href)
    // Whatever is no link to a web address stays as it was written.
    if (link === undefined) return [{ is: 'text', text: token.raw }]
    this.left -= 1
    if (linkOf(text)?.href === link.href) return [{ is: 'link', href: link.href, label: text }]
    return [
      { is: 'link', href: link.href, label: text || link.label, address: new URL(link.href).host },
    ]
  }

  #words(text: string): Inline[] {
    const words = wordsOf(text)
    this.left -= words.length - 1
    return this.left < 0 ? [{ is: 'text', text }] : words
  }
}
