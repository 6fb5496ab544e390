import type { IsAllowed, RequireAccess } from '../chassis/auth/middleware.ts'
import { channelParameter } from '../chassis/channelParameter.ts'
import type { Entry, LinkedEntry } from '../contract/message.ts'
import { eventBytes, isSurelyWithin } from '../contract/messageEvent.ts'
import { Problem } from '../contract/problem.ts'
import type { Appended, Draft } from '../history/types.ts'
import type { Author } from './author.ts'
import type { Content } from './draft.ts'
import { parseIdempotencyKey } from './idempotencyKey.ts'
import { messageIds } from './messageIds.ts'
import type { PostLimits } from './postLimits.ts'

export interface AcceptOptions {
  requireAccess: RequireAccess
  isAllowed: IsAllowed
  /** For the message as an event on a stream, whose readers may have limits of their own. */
  maxEventBytes: number
  limits: Pick<PostLimits, 'store' | 'stored'>
  /** Resolves after the commit. */
  append: (draft: Draft) => Promise<Appended>
  /** It must not throw, and nobody waits for it. */
  publish: (entry: LinkedEntry, epoch: string) => void
}

export interface Accepted {
  entry: Entry
  /** The key was used before: `entry` is then the first message, and nothing was appended. */
  isRepeat: boolean
}

/** The one way into the log: every door leads here. The door itself has its content paid for (PostLimits). */
export class AcceptMessage {
  readonly #options: AcceptOptions
  readonly #newId = messageIds()

  constructor(options: AcceptOptions) {
    this.#options = options
  }

  /**
   * All that needs no content, for a door that would have to wait for it; returns the key as the log takes it. Throws
   * `invalid-channel`, `forbidden`, or `invalid-parameter` for the key.
   */
  check(author: Author, channel: string, key: string | undefined): string | null {
    channelParameter(channel)
    this.#options.requireAccess(author, 'write', [channel])
    return parseIdempotencyKey(key, author.principal)
  }

  /**
   * Resolves after the commit. Throws what `check` throws, `too-large`, `rate-limited` for a quota, `idempotency-conflict`,
   * `overloaded`, `unavailable`, or `outcome-unknown`; if it is about another message, `message-not-found`, `conflict`, or `forbidden`
   * for somebody else's.
   */
  async accept(
    author: Author,
    channel: string,
    { type, data, about }: Content,
    key?: string,
  ): Promise<Accepted> {
    const { limits, append, publish, isAllowed } = this.#options
    // Also if the door has checked: the grant may have gone while the content came.
    const checkedKey = this.check(author, channel, key)
    const { sender, principal = sender.id, subject } = author
    const draft: Draft = {
      id: this.#newId(),
      channel,
      type,
      sender,
      about,
      isModerator: about !== undefined && isAllowed(author, 'moderate', channel),
      data,
      principal,
      key: checkedKey,
    }
    this.#checkSize(draft)
    await limits.store(subject, channel)
    const appended = await append(draft)
    const { entry, link, epoch, repeated: isRepeat } = appended
    limits.stored(subject, draft, appended)
    // Only now, because nobody may see a message before its commit. After a crash in between, the bridge reads it from the log.
    if (!isRepeat) publish({ ...entry, link }, epoch)
    return { entry, isRepeat }
  }

  #checkSize(draft: Draft): void {
    const { maxEventBytes } = this.#options
    if (isSurelyWithin(maxEventBytes, draft)) return
    const bytes = eventBytes(draft)
    if (bytes <= maxEventBytes) return
    const detail =
      `On a stream this message would take ${bytes} bytes; ` +
      `at most ${maxEventBytes} are allowed (MAX_EVENT_BYTES).`
    throw new Problem('too-large', detail)
  }
}
