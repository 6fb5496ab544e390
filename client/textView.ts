import { element } from './element.ts'
import { type Segment, linkify } from './linkify.ts'
import { MAX_UNITS, beginningOf } from './textBeginning.ts'

/** A text with its links. Of a long one its beginning, and a button that shows all. */
export function textView(text: string): HTMLElement[] {
  const { segments, complete } = beginningOf(text)
  const content = element('bdi', '', ...segments.map(segmentView))
  const isLong = text.length > MAX_UNITS
  return [
    element('p', isLong ? 'text long' : 'text', content),
    ...(complete ? [] : [showAll(() => content.replaceChildren(fragmentOf(text)))]),
  ]
}

/** Data without a text, as code. */
export function codeView(json: string): HTMLElement[] {
  const isLong = json.length > MAX_UNITS
  const code = element('code', '', json.slice(0, MAX_UNITS))
  return [
    element('p', isLong ? 'text long' : 'text', element('bdi', '', code)),
    ...(isLong ? [showAll(() => code.replaceChildren(json))] : []),
  ]
}

function showAll(show: () => void): HTMLButtonElement {
  const button = element('button', 'more', 'Show all')
  button.addEventListener('click', () => {
    show()
    button.remove()
  })
  return button
}

/** Not as arguments: there may be more links than a call can have. */
function fragmentOf(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment()
  for (const segment of linkify(text)) fragment.append(segmentView(segment))
  return fragment
}

function segmentView({ text, href, label = text }: Segment): Node | string {
  if (href === undefined) return text
  const link = element('a', '', label)
  link.href = href
  link.target = '_blank'
  link.rel = 'noopener noreferrer'
  return link
}
