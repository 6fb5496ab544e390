import { EventSource } from 'eventsource'

/**
 * Opens a stream, posts to its channel, and resolves to the message that comes. With `lastEventId` it comes back as a reader. A
 * `token` is needed unless AUTH=open.
 */
export async function roundTrip(
  origin: string,
  { token, lastEventId }: { token?: string; lastEventId?: string } = {},
): Promise<MessageEvent> {
  const bearer: Record<string, string> =
    token === undefined ? {} : { Authorization: `Bearer ${token}` }
  const source = new EventSource(`${origin}/events?channel=a`, {
    fetch: (input, init) => {
      const id = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }
      return fetch(input, { ...init, headers: { ...init.headers, ...bearer, ...id } })
    },
  })
  try {
    await new Promise((resolve) => source.addEventListener('ready', resolve, { once: true }))
    const message = new Promise<MessageEvent>((resolve) =>
      source.addEventListener('message', resolve, { once: true }),
    )
    const headers = { 'Content-Type': 'application/json', ...bearer }
    await fetch(`${origin}/channels/a/messages`, { method: 'POST', headers, body: '{"data":"x"}' })
    return await message
  } finally {
    source.close()
  }
}
