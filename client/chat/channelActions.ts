import type { Chat } from './chat.ts'
import { channelErrorText } from './sidebar/channelLabels.ts'
import { type NewChannel, createChannel, removeMember } from '../sdk/people.ts'

const DEFAULT_CHANNEL = 'lobby'

/** Makes a channel, or finds the direct messages with somebody, and leads there. */
export async function createAndEnter(chat: Chat, wanted: NewChannel): Promise<void> {
  const profile = await createChannel(chat.causeway, wanted)
  chat.list.put(profile)
  chat.go({ channel: profile.name })
}

/** The open channel is none of the person's own any more. */
export async function leaveChannel(chat: Chat): Promise<void> {
  const { list, shown, causeway, me } = chat
  const { name = '' } = shown ?? {}
  try {
    if (list.profile(name)?.kind === 'private') await removeMember(causeway, name, me)
    await list.unfollow(name)
    const next = list.all.find((each) => each.followed && each.name !== name)
    chat.go({ channel: next?.name ?? DEFAULT_CHANNEL })
  } catch (error) {
    chat.say(`You have not left. ${channelErrorText(error)}`)
  }
}
