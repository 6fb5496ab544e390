const DEFAULT_CHANNEL = 'lobby'

/** The channel in an address, `#/rooms.berlin` or `#rooms.berlin`. It is not checked: the server may refuse it. */
export function channelOfHash(hash: string): string {
  const name = hash.replace(/^#\/?/, '')
  try {
    return decodeURIComponent(name) || DEFAULT_CHANNEL
  } catch {
    return name
  }
}

export function hashOfChannel(channel: string): string {
  return `#/${encodeURIComponent(channel)}`
}

/** The channel that a person typed: "#lobby " is `lobby`, "rooms berlin" is `rooms-berlin`. */
export function channelOfInput(text: string): string {
  return text.trim().replace(/^#/, '').replace(/\s+/g, '-')
}
