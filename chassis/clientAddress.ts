import { isIP, isIPv4 } from 'node:net'

/**
 * The address that a client is counted by: an IPv4 address, or the first 64 bits of an IPv6 one, which is what one household
 * gets and can choose from as it likes. `hops` proxies in front are trusted: the nearest one names its client at the end of
 * X-Forwarded-For, and so on towards the front. What is no address ends the walk at the last believable hop, because anyone
 * can send the header, and each invented name would be counted apart.
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
  // Asked for only if it is needed: it costs a system call, and memory for as long as the connection is open.
  address ??= connection.remoteAddress ?? ''
  // Split and joined it is a string of its own. A part of the header would keep all of that, or of what it was cut from.
  return isIP(address) === 6 ? networkOf(address) : address.split('.').join('.')
}

/** `2001:db8:0:1::/64`; of an IPv4 address that is written as an IPv6 one, that IPv4 address. */
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

/** The last two may be written as an IPv4 address. */
function groupsOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!isIPv4(group)) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [(a << 8) | b, (c << 8) | d]
  })
}
