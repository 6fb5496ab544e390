import type { Causeway } from '../../sdk/causeway.ts'
import { type ShownPage, historyPage } from '../../sdk/history.ts'

/** A part of a channel: the messages up to a position, and those behind it. */
export interface Around {
  older: ShownPage
  newer: ShownPage
}

/** The part of a channel around a message. */
export async function pagesAround(
  causeway: Causeway,
  { channel, position, limit }: { channel: string; position: number; limit: number },
  signal: AbortSignal,
): Promise<Around> {
  const [older, newer] = await Promise.all([
    historyPage(causeway, { channel, before: position + 1, limit }, signal),
    historyPage(causeway, { channel, after: position, limit, order: 'asc' }, signal),
  ])
  return { older, newer }
}

/** The first message behind a position, or at or after a time; undefined if there is none. */
export async function firstPosition(
  causeway: Causeway,
  query: { channel: string; after?: number; from?: string },
  signal: AbortSignal,
): Promise<number | undefined> {
  const page = await historyPage(causeway, { ...query, limit: 1, order: 'asc' }, signal)
  return page.messages[0]?.position
}
