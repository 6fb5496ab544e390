import { Marked, type Token } from 'marked'
import { addressAt, linkOf } from './linkify.ts'

const NEVER = () => undefined

/**
 * Markdown as chats know it. Left out is what would take a person's words away: HTML, definitions of links; and what surprises: code by
 * indentation, a title by a line of dashes. Links are found by `linkify`, which is stricter.
 */
const marked = new Marked({
  gfm: true,
  breaks: true,
  tokenizer: {
    html: NEVER,
    tag: NEVER,
    def: NEVER,
    code: NEVER,
    lheading: NEVER,
    reflink: NEVER,
    autolink: NEVER,
    // Its own takes the spaces of the next line with it.
    br(source) {
      const [raw] = /^ *\n/.exec(source) ?? []
      return raw === undefined ? undefined : { type: 'br', raw }
    },
    url(source) {
      const raw = addressAt(source)
      if (raw === '') return undefined
      const link = linkOf(raw)
      const text = link?.label ?? raw
      const tokens: Token[] = [{ type: 'text', raw, text }]
      return { type: 'link', raw, href: link?.href ?? '', text, tokens }
    },
  },
})

/** The tokens of a text. */
export function tokensOf(text: string): Token[] {
  try {
    return marked.lexer(text)
  } catch {
    // Quotes in quotes in quotes go deeper than the stack.
    return [{ type: 'text', raw: text, text }]
  }
}
