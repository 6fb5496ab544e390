/** When the key pairs sign, of which there are several because verifiers must know one before and after it signs. In ms. */
export interface KeyTimes {
  /** A new key is published for so long before it signs: verifiers' copies of the JWKS are older than that nowhere. */
  publishAhead: number
  /** How long each signs. */
  life: number
  /** How long an old one stays published after that: its last token has expired by then. */
  keep: number
}

interface Dated {
  /** Milliseconds since 1970. */
  signsFrom: number
}

/** When the next key must start to sign, in ms from now; undefined if it is not time to make one. `keys` are the oldest first. */
export function nextKeyIn(
  keys: readonly Dated[],
  now: number,
  times: KeyTimes,
): number | undefined {
  const newest = keys.at(-1)
  // Without any key nobody has a token, so nobody has an old JWKS.
  if (newest === undefined) return 0
  const due = newest.signsFrom + times.life - times.publishAhead
  return now < due ? undefined : times.publishAhead
}

/** The keys to publish: all but those whose successor has signed for so long that none of their tokens is left. */
export function publishedKeys<K extends Dated>(
  keys: readonly K[],
  now: number,
  times: KeyTimes,
): K[] {
  return keys.filter((_, index) => {
    const successor = keys[index + 1]
    return successor === undefined || now < successor.signsFrom + times.keep
  })
}

/** The key that signs: the newest whose time has come. */
export function signingKey<K extends Dated>(keys: readonly K[], now: number): K | undefined {
  return keys.findLast(({ signsFrom }) => signsFrom <= now)
}
