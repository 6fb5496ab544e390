/** Alterations of what was heard on the wire. They know the outside of a message, but not how it is proved. */

export function positionOf(text: string): number {
  return Number(/"position":(\d+)/.exec(text)?.[1] ?? 0)
}

/** The same words at another place in the log. */
export function movedTo(text: string, position: number): string {
  return text
    .replace(/"position":\d+/, `"position":${position}`)
    .replace(/"previous":\d+/, `"previous":${position - 1}`)
}

/** Other words at the same place. */
export function reworded(text: string): string {
  return text.replace('"text":"', '"text":"forged ')
}

/** Without whatever stands in front of the message. */
export function stripped(text: string): string {
  return text.slice(Math.max(0, text.indexOf('{')))
}

/** The highest number that stands alone is a million higher: a head, with its low watermark where it was. */
export function raised(text: string): string {
  const numbers = text.match(NUMBERS) ?? []
  const highest = Math.max(...numbers.map(Number))
  return text.replace(NUMBERS, (digits) =>
    String(Number(digits) + (Number(digits) === highest ? 1_000_000 : 0)),
  )
}

const NUMBERS = /(?<= |^)\d+(?= |$)/g

/** As long, of the same characters, and wrong. */
export function scrambled(text: string): string {
  const turned = Buffer.from(Buffer.from(text, 'latin1').toReversed()).toString('latin1')
  return turned === text ? `${text.slice(1)}x` : turned
}
