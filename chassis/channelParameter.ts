import { isChannel, MAX_CHANNEL_LENGTH } from '../contract/channel.ts'
import { Problem } from '../contract/problem.ts'

/** Throws `invalid-channel`. Parameters come percent-decoded, so this checks what the client meant. */
export function channelParameter(value: unknown): string {
  if (isChannel(value)) return value
  throw new Problem(
    'invalid-channel',
    `A channel is dot-separated segments of A-Z a-z 0-9 _ -, at most ${MAX_CHANNEL_LENGTH} bytes.`,
  )
}
