/**
 * What a message is to the one that it is about. `reply`: an ordinary message. The others are changes: history shows them in
 * their target, and the stream shows them as they came.
 */
export const RELATIONS = ['reply', 'edit', 'delete', 'reaction', 'unreaction'] as const

export type Relation = (typeof RELATIONS)[number]

/** A message's reference to an earlier one on the same channel. */
export interface About {
  position: number
  as: Relation
}

/** For the name of a reaction, in UTF-8: room for every emoji, and for a short word. */
export const MAX_REACTION_BYTES = 64

/** Whether messages with this relation only change another one. */
export function isChange(as: Relation): boolean {
  return as !== 'reply'
}

/**
 * The first `,"data":` of an encoding begins its own data: a string cannot hold a quote without a backslash, and no member before
 * is an object of the sender's. So what stands right before it was written by `encodeMessage`.
 */
const DATA = ',"data":'
const DELETION = '"as":"delete"}'
const BLANK = '"deleted":true'
/** Long enough for everything from `about` to `deleted`. */
const MAX_LENGTH = 100
const ABOUT = /,"about":\{"position":(\d{1,16}),"as":"([a-z]+)"\}(?:,"deleted":true)?$/

/** Where the text of the data begins in an encoding; everything before it is `encodeMessage`'s own. */
export function dataStart(json: string): number {
  return json.indexOf(DATA) + DATA.length
}

/** Whether an encoding is of a deletion. This runs once per message and hop. */
export function isDeletion(json: string): boolean {
  return json.startsWith(DELETION, json.indexOf(DATA) - DELETION.length)
}

/** Whether the data of an encoding has been taken away. */
export function isBlank(json: string): boolean {
  return json.startsWith(BLANK, json.indexOf(DATA) - BLANK.length)
}

/** What the message of an encoding is about; undefined for most messages. */
export function readAbout(json: string): About | undefined {
  const end = json.indexOf(DATA)
  const [, position, as] = ABOUT.exec(json.slice(Math.max(0, end - MAX_LENGTH), end)) ?? []
  const relation = RELATIONS.find((each) => each === as)
  return relation && { position: Number(position), as: relation }
}
