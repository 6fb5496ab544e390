import type { RequireAccess } from '../chassis/auth/middleware.ts'
import { channelParameter } from '../chassis/channelParameter.ts'
import { type CopyKeys, MAC_LENGTH } from '../chassis/copyKeys.ts'
import { Problem } from '../contract/problem.ts'
import { encodeSignal } from '../contract/signal.ts'
import type { Author } from './author.ts'
import type { SignalContent } from './signalContent.ts'

interface AcceptSignalOptions {
  requireAccess: RequireAccess
  copyKeys: Pick<CopyKeys, 'sealSignal'>
  /** Nobody waits for it. False: it was dropped. */
  publish: (channel: string, json: string, mac: string) => boolean
  /** Milliseconds since 1970. */
  wallNow: () => number
}

/** The one way for signals, from every door. They never reach the log. */
export class AcceptSignal {
  readonly #options: AcceptSignalOptions

  constructor(options: AcceptSignalOptions) {
    this.#options = options
  }

  /** Throws `invalid-channel` or `forbidden`. */
  check(author: Author, channel: string): void {
    this.#options.requireAccess(author, 'write', [channelParameter(channel)])
  }

  /** Passes it on. Throws what `check` throws, or `unavailable` if it is dropped here. */
  accept(author: Author, channel: string, { type, data }: SignalContent): void {
    // Also if the door has checked: the grant may have gone while the content came.
    this.check(author, channel)
    const { copyKeys, publish, wallNow } = this.#options
    const sentAt = new Date(wallNow()).toISOString()
    const json = encodeSignal({ channel, type, sender: author.sender, data, sentAt })
    const mac = copyKeys.sealSignal(channel, json).slice(0, MAC_LENGTH)
    if (!publish(channel, json, mac)) {
      throw new Problem('unavailable', 'The signal was dropped: the broker is away or busy.')
    }
  }
}
