import { EventSource } from 'eventsource'

/**
 * Opens a stream, posts to its channel, and resolves to the message that comes, by a token with rights on the channel `a`. With
 * `lastEventId` it comes back as a reader.
 */
export async function roundTrip(
  origin: string,
  token: string,
  lastEventId = '',
): Promise<MessageEvent> {
  const authorization = { Authorization: `Bearer ${token}` }
  const source = new EventSource(`${origin}/events?channel=a`, {
    fetch: (input, init) => {
      const id = lastEventId === '' ? {} : { 'Last-Event-ID': lastEventId }
      return fetch(input, { ...init, headers: { ...init.headers, ...authorization, ...id } })
    },
  })
  try {
    await new Promise((resolve) => source.addEventListener('ready', resolve, { once: true }))
    const message = new Promise<MessageEvent>((resolve) =>
      source.addEventListener('message', resolve, { once: true }),
    )
    const headers = { ...authorization, 'Content-Type': 'application/json' }
    await fetch(`${origin}/channels/a/messages`, { method: 'POST', headers, body: '{"data":"x"}' })
    return await message
  } finally {
    source.close()
  }
}
