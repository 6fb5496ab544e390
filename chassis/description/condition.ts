/** A condition of JSON Schema: what fits `condition` must fit `consequence` too, and anything else `otherwise`. */
export function when(condition: object, consequence: object, otherwise?: object): object {
  // Not as a literal: an object with such a member would be taken for a promise.
  const members: [string, object][] = [
    ['if', condition],
    ['then', consequence],
  ]
  return { ...Object.fromEntries(members), ...(otherwise && { else: otherwise }) }
}
