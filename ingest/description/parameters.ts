import { z } from 'zod'
import { MAX_REACTION_BYTES } from '../../contract/about.ts'
import type { ProblemType } from '../../contract/problem.ts'
import { channelName, position, senderId } from '../../chassis/description/parameters.ts'
import { idempotencyKey } from '../idempotencyKey.ts'
import { REACTION } from '../relation.ts'

export const ofChannel = { channel: channelName }

export const ofMessage = { ...ofChannel, position }

export const ofReaction = {
  ...ofMessage,
  name: z
    .string()
    .min(1)
    .max(MAX_REACTION_BYTES)
    .regex(REACTION)
    .describe(`An emoji or a short word, at most ${MAX_REACTION_BYTES} bytes`),
}

export const ofSender = { sender: senderId }

export const postHeaders = {
  'Idempotency-Key': idempotencyKey
    .optional()
    .describe(
      'Makes the post safe to repeat: of one sender, one channel and one key there is one message. Needs a sender',
    ),
}

/** What a token may lack. */
export const OF_TOKENS: ProblemType[] = ['unauthenticated', 'forbidden']

/** Of every way to store a message. */
export const OF_POSTS: ProblemType[] = [
  ...OF_TOKENS,
  'invalid-channel',
  'invalid-parameter',
  'idempotency-conflict',
  'too-large',
  'overloaded',
  'outcome-unknown',
]

export const OF_READS: ProblemType[] = [...OF_TOKENS, 'invalid-channel', 'overloaded']

export const LIMITED = ['RateLimit-Policy', 'RateLimit'] as const
