import { html, type Markup } from './html.ts'

/** The Markdown that descriptions use: paragraphs, lists, bold words, and code. */
export function markdown(text: string): Markup {
  return html`${text.split(/\n\n+/).filter(Boolean).map(block)}`
}

function block(text: string): Markup {
  const lines = text.split('\n')
  return lines.every((line) => line.startsWith('- '))
    ? html`<ul>
        ${lines.map((line) => html`<li>${inline(line.slice(2))}</li>`)}
      </ul>`
    : html`<p>${inline(text)}</p>`
}

/** Bold words and code. The addresses of the documents become links. */
export function inline(text: string): Markup {
  const parts = text.split(/(\*\*[^*]+\*\*|`[^`]+`)/)
  return html`${parts.map((part) => {
    if (part.startsWith('**')) return html`<strong>${part.slice(2, -2)}</strong>`
    if (!part.startsWith('`')) return part
    const code = part.slice(1, -1)
    return /^\/\w+\.json$/.test(code)
      ? html`<a href="${code}"><code>${code}</code></a>`
      : html`<code>${code}</code>`
  })}`
}
