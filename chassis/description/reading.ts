import { z } from 'zod'

/** A text of a request as the value that `parse` makes of it; `expected` says for people which texts it takes. */
export function reading<T>(parse: (text: string) => T | undefined, expected: string) {
  return z.string().transform((text, context) => {
    const value = parse(text)
    if (value !== undefined) return value
    context.addIssue({ code: 'custom', message: `expected ${expected}` })
    return z.NEVER
  })
}

/** A whole number between two others, in decimal digits. */
export function wholeNumber(least: number, most: number, expected = `${least} to ${most}`) {
  const parse = (text: string): number | undefined => {
    const number = Number(text)
    return /^(0|[1-9][0-9]{0,15})$/.test(text) && number >= least && number <= most
      ? number
      : undefined
  }
  return reading(parse, expected).pipe(z.int().min(least).max(most))
}
