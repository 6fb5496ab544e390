import { parsePosition } from '../contract/position.ts'

/** A position in each of some logs, by the number of the log. */
export type LogPositions = ReadonlyMap<number, number>

/** The number of a log and a position there, for each log, by their numbers: `L0.842_L3.77`. */
export const LOG_POSITIONS = /^L[0-9]{1,5}\.[0-9]{1,16}(?:_L[0-9]{1,5}\.[0-9]{1,16}){0,63}$/

export function formatPositions(positions: LogPositions): string {
  const parts = [...positions].sort(([one], [other]) => one - other)
  return parts.map(([log, position]) => `L${log}.${position}`).join('_')
}

/** Undefined for any text that `formatPositions` would not have written. */
export function parsePositions(text: string): LogPositions | undefined {
  if (!LOG_POSITIONS.test(text)) return undefined
  const positions = new Map<number, number>()
  for (const part of text.split('_')) {
    const [log = '', digits = ''] = part.slice(1).split('.')
    const position = parsePosition(digits)
    if (position === undefined) return undefined
    positions.set(Number(log), position)
  }
  return formatPositions(positions) === text ? positions : undefined
}

/** A bound of a read: a position if its channels are of one log, else one in each log. */
export type AskedPosition = number | LogPositions

export function parseAsked(text: string): AskedPosition | undefined {
  return parsePosition(text) ?? parsePositions(text)
}

/** Undefined for none. */
export function formatAsked(asked: AskedPosition | undefined): string | undefined {
  return typeof asked === 'object' ? formatPositions(asked) : asked?.toString()
}
