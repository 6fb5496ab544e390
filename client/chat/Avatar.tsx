import { nameOf } from './senderLabel.ts'
import type { Sender } from '../../contract/message.ts'

/** The number of colours in the style. */
const HUES = 8

/** The colour of a sender: the same in every browser. */
export function hueOf(id: string): string {
  let hash = 0
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 65_521
  return `hue-${hash % HUES}`
}

export function Avatar({ sender }: { sender: Sender }) {
  return (
    <span class={`avatar ${hueOf(sender.id)}`} aria-hidden="true">
      {initialOf(nameOf(sender))}
    </span>
  )
}

/** The first letter or digit of a name, which may begin with anything. */
function initialOf(name: string): string {
  return (/[\p{L}\p{N}]/u.exec(name)?.[0] ?? '·').toLocaleUpperCase()
}
