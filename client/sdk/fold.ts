import type { Reaction, ShownMessage } from './history.ts'
import type { Message } from '../../contract/message.ts'

/** The people whom history names with each reaction. */
const MAX_SENDERS = 20

const NONE: readonly Reaction[] = []

/** Whether a message only changes the one that it is about. History leaves it out, and the stream delivers it. */
export function isChange({ about }: Message): boolean {
  return about !== undefined && about.as !== 'reply'
}

/**
 * A message as history would show it after a later message about it. History may have shown some changes before the stream brings
 * them, so each change counts once, however often it comes. The result is the same object if nothing is to be seen of the change.
 */
export function fold(shown: ShownMessage, change: Message): ShownMessage {
  const { position, sentAt, data, sender } = change
  switch (change.about?.as) {
    case 'edit': {
      const isOld = shown.deleted === true || position <= (shown.edited?.position ?? 0)
      return isOld ? shown : { ...shown, data, edited: { position, sentAt } }
    }
    case 'delete': {
      const { edited: _edited, reactions: _reactions, ...rest } = shown
      return shown.deleted === true ? shown : { ...rest, data: null, deleted: true }
    }
    case 'reply': {
      const { count, last } = shown.replies ?? { count: 0, last: 0 }
      return position <= last ? shown : { ...shown, replies: { count: count + 1, last: position } }
    }
    case 'reaction':
      return typeof data === 'string' && shown.deleted !== true
        ? withReactions(shown, react(shown.reactions ?? NONE, data, sender.id))
        : shown
    case 'unreaction':
      return typeof data === 'string'
        ? withReactions(shown, unreact(shown.reactions ?? NONE, data, sender.id))
        : shown
    case undefined:
      return shown
  }
}

/**
 * Whether nobody can tell by the shown message alone if it has this change already: history names only the first people of a reaction.
 * Then the message has to be read again.
 */
export function isUncertain({ reactions = [] }: ShownMessage, change: Message): boolean {
  const as = change.about?.as
  if (as !== 'reaction' && as !== 'unreaction') return false
  const reaction = reactions.find(({ name }) => name === change.data)
  if (reaction === undefined || reaction.senders.includes(change.sender.id)) return false
  return reaction.count > reaction.senders.length
}

function withReactions(shown: ShownMessage, reactions: readonly Reaction[]): ShownMessage {
  if (reactions === (shown.reactions ?? NONE)) return shown
  const { reactions: _old, ...rest } = shown
  return reactions.length === 0 ? rest : { ...rest, reactions }
}

function react(reactions: readonly Reaction[], name: string, sender: string): readonly Reaction[] {
  const old = reactions.find((each) => each.name === name)
  if (old === undefined) return [...reactions, { name, count: 1, senders: [sender] }]
  if (old.senders.includes(sender)) return reactions
  const senders = [...old.senders, sender].slice(0, MAX_SENDERS)
  const counted = { name, count: old.count + 1, senders }
  return reactions.map((each) => (each === old ? counted : each))
}

function unreact(
  reactions: readonly Reaction[],
  name: string,
  sender: string,
): readonly Reaction[] {
  const old = reactions.find((each) => each.name === name)
  if (old?.senders.includes(sender) !== true) return reactions
  const left = {
    name,
    count: old.count - 1,
    senders: old.senders.filter((each) => each !== sender),
  }
  return left.count === 0
    ? reactions.filter((each) => each !== old)
    : reactions.map((each) => (each === old ? left : each))
}
