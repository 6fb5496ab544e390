import { z } from 'zod'
import { field } from '../chassis/configFields.ts'
import { covers, isPattern } from '../contract/grants.ts'

/** How long messages are kept on the channels of a pattern. One that breaks either limit goes. */
export interface RetentionRule {
  pattern: string
  /** Undefined: of any age. */
  days?: number | undefined
  /** The newest of each channel; undefined: any number. */
  messages?: number | undefined
}

const rule = z
  .strictObject({
    // No principal has a channel of its own here.
    pattern: z.string().refine((text) => isPattern(text) && !text.includes('{')),
    days: z.number().positive().max(100_000).optional(),
    messages: z.int().min(0).max(1_000_000_000).optional(),
  })
  .refine(({ days, messages }) => days !== undefined || messages !== undefined)

/** The rules as JSON, in order. */
export function retentionRules() {
  return field(
    'a JSON list like [{"pattern":"rooms.**","days":30,"messages":100000}], each with days or messages or both',
    (text) => {
      try {
        return z.array(rule).max(1_000).parse(JSON.parse(text))
      } catch {
        return undefined
      }
    },
  )
}

/** The first rule whose pattern the channel matches; undefined: its messages are kept for ever. */
export function ruleFor(
  rules: readonly RetentionRule[],
  channel: string,
): RetentionRule | undefined {
  return rules.find(({ pattern }) => covers(pattern, channel, ''))
}
