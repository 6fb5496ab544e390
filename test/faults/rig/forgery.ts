/** Alterations of copies read off the wire. They know the form of a message, but not its key. */

export function positionOf(text: string): number {
  return Number(/"position":(\d+)/.exec(text)?.[1] ?? 0)
}

/** The same text at another position of the log. */
export function movedTo(text: string, position: number): string {
  return text
    .replace(/"position":\d+/, `"position":${position}`)
    .replace(/"previous":\d+/, `"previous":${position - 1}`)
}

/** Another text at the same position. */
export function reworded(text: string): string {
  return text.replace('"text":"', '"text":"forged ')
}

/** The message without the bytes before it. */
export function stripped(text: string): string {
  return text.slice(Math.max(0, text.indexOf('{')))
}

/** Raises the highest separate number by a million: the high watermark, while the low one stays. */
export function raised(text: string): string {
  const numbers = text.match(NUMBERS) ?? []
  const highest = Math.max(...numbers.map(Number))
  return text.replace(NUMBERS, (digits) =>
    String(Number(digits) + (Number(digits) === highest ? 1_000_000 : 0)),
  )
}

const NUMBERS = /(?<= |^)\d+(?= |$)/g

/** Wrong, but with the same length and characters. */
export function scrambled(text: string): string {
  const turned = Buffer.from(Buffer.from(text, 'latin1').toReversed()).toString('latin1')
  return turned === text ? `${text.slice(1)}x` : turned
}
