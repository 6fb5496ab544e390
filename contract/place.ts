/** A place in the log: a position, and the id of the message there; `''` if there is none, or if it is not known. */
export interface Place {
  position: number
  id: string
}

/**
 * Whether the log went back behind a place of the same epoch: its head is below the place, or it has another message there.
 * `idAt` is the id that the log has at the place's position. If either id is unknown, the ids prove nothing.
 */
export function contradicts(log: { position: number; idAt: string }, place: Place): boolean {
  if (log.position < place.position) return true
  return differ(log.idAt, place.id)
}

/** Whether two ids name different messages. If one of them is not known, nothing shows that they do. */
export function differ(id: string, other: string): boolean {
  return id !== '' && other !== '' && id !== other
}
