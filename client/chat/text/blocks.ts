import type { Word } from './textParts.ts'

/** A part of a line. `address` of a link: what stands beside its text, if that does not say where it leads. */
export type Inline =
  | Word
  | { is: 'emphasis' | 'strong' | 'struck'; of: Inline[] }
  | { is: 'code'; text: string }
  | { is: 'link'; href: string; label: string; address?: string }

/** A part of a text. */
export type Block =
  | { is: 'paragraph' | 'heading'; of: Inline[] }
  | { is: 'quote'; of: Block[] }
  | { is: 'list'; start: number | undefined; items: Block[][] }
  | { is: 'table'; head: Inline[][]; rows: Inline[][][] }
  | { is: 'code'; text: string; language: string }
  | { is: 'rule' }

/** Texts side by side are one part. */
export function joined(inlines: readonly Inline[]): Inline[] {
  const parts: Inline[] = []
  for (const inline of inlines) {
    const last = parts.at(-1)
    if (inline.is === 'text' && last?.is === 'text') {
      parts[parts.length - 1] = { is: 'text', text: last.text + inline.text }
    } else parts.push(inline)
  }
  return parts
}

/** A text as it was written. */
export function plain(text: string): Block {
  return { is: 'paragraph', of: [{ is: 'text', text: text.replace(/\n+$/, '') }] }
}
