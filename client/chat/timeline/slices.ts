import type { ShownPage } from '../../sdk/history.ts'

/** So many messages are drawn in one frame: a page of fifty takes a slow phone a third of a second. */
const MAX_MESSAGES = 10

/** Parts of a page, in its order, each a page itself. Only the last one may be the end of the channel. */
export function slicesOf(page: ShownPage): ShownPage[] {
  const { messages, next } = page
  const slices: ShownPage[] = []
  for (let from = 0; from < messages.length; from += MAX_MESSAGES) {
    const to = from + MAX_MESSAGES
    const isLast = to >= messages.length
    slices.push({ ...page, messages: messages.slice(from, to), next: isLast ? next : 'the rest' })
  }
  return slices.length === 0 ? [page] : slices
}
