export const DEFAULT_CHANNEL = 'lobby'

/** The channel that an address names, `#/rooms.berlin` or `#rooms.berlin`; it may turn out not to be a channel name. */
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

/** What a person typed as a channel: "#lobby ", "Rooms berlin" are understood as they were meant. */
export function channelOfInput(text: string): string {
  return text.trim().replace(/^#/, '').replace(/\s+/g, '-')
}
