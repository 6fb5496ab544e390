const DEFAULT_CHANNEL = 'lobby'

/** What an address shows: a channel, perhaps at one of its messages. */
export interface Place {
  channel: string
  position?: number
}

/** The place in an address: `#/rooms.berlin`, `#rooms.berlin`, `#/lobby/42`. It is not checked: the server may refuse it. */
export function placeOfHash(hash: string): Place {
  const [, path = '', digits] = /^#?\/?(.*?)(?:\/([1-9]\d{0,15}))?$/s.exec(hash) ?? []
  return { channel: decoded(path) || DEFAULT_CHANNEL, ...(digits && { position: Number(digits) }) }
}

export function hashOfPlace({ channel, position }: Place): string {
  return `#/${encodeURIComponent(channel)}${position === undefined ? '' : `/${position}`}`
}

/** The channel that a person typed: "#lobby " is `lobby`, "rooms berlin" is `rooms-berlin`. */
export function channelOfInput(text: string): string {
  return text.trim().replace(/^#/, '').replace(/\s+/g, '-')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
