import { isIP, isIPv4 } from 'node:net'

/**
 * The address under which a client is counted: an IPv4 address, or the first 64 bits of an IPv6 one. One household gets these
 * bits, and chooses the rest freely. `hops` proxies in front are trusted: the nearest one names its client at the end of
 * X-Forwarded-For, and so on towards the front. A name that is no address ends the walk at the last credible hop: anyone can send
 * the header, and each invented name would be counted separately.
 */
export function clientAddress(
  connection: { readonly remoteAddress?: string | undefined },
  forwardedFor: string | undefined,
  hops: number,
): string {
  const named = hops > 0 && forwardedFor !== undefined ? forwardedFor.split(',').slice(-hops) : []
  let address: string | undefined
  for (const name of named.toReversed()) {
    const candidate = name.trim()
    if (isIP(candidate) === 0) break
    address = candidate
  }
  // Only on demand: it costs a system call.
  address ??= connection.remoteAddress ?? ''
  // Split and joined, the text is a string of its own. A slice would keep the whole header in memory, or whatever that was sliced
  // from.
  return isIP(address) === 6 ? networkOf(address) : address.split('.').join('.')
}

/** `2001:db8:0:1::/64`; for an IPv4 address in IPv6 notation, that IPv4 address. */
function networkOf(address: string): string {
  const [text = ''] = address.toLowerCase().split('%', 1)
  const [front = '', back] = text.split('::')
  const head = groupsOf(front)
  const tail = groupsOf(back ?? '')
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => 0)
  const groups = [...head, ...zeros, ...tail]
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (isMapped) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.')
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

/** The last two groups may be written as an IPv4 address. */
function groupsOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!isIPv4(group)) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [(a << 8) | b, (c << 8) | d]
  })
}
