import { useEffect, useState } from 'preact/hooks'
import { Avatar } from '../Avatar.tsx'
import type { Chat } from '../chat.ts'
import { channelErrorText } from './channelLabels.ts'
import { PersonPicker } from './PersonPicker.tsx'
import {
  type ChannelProfile,
  type Member,
  members,
  putMember,
  removeMember,
} from '../../sdk/people.ts'

interface MembersViewProps {
  chat: Chat
  profile: ChannelProfile
}

/** The members of a channel. Moderators add and remove them; everyone may leave. */
export function MembersView({ chat, profile }: MembersViewProps) {
  const { shown, error, attempt } = useMembers(chat, profile.name)
  const moderates = profile.role !== 'member'
  const remove = (principal: string) =>
    attempt(() => removeMember(chat.causeway, profile.name, principal))
  const add = (principal: string) =>
    attempt(() => putMember(chat.causeway, profile.name, { principal, role: 'member' }))
  return (
    <section class="people-group">
      <h3>Members</h3>
      <p class="error" role="alert">
        {error}
      </p>
      {moderates && (
        <PersonPicker
          chat={chat}
          people={[]}
          choose={([person]) => person && add(person.principal)}
        />
      )}
      <ul class="people" aria-label="Members">
        {shown.map(({ principal, name, role }) => (
          <li key={principal}>
            <Avatar sender={{ id: principal, name }} />
            <span class="person">
              <bdi>{name}</bdi> <span class="quiet">{role === 'member' ? principal : role}</span>
            </span>
            {moderates && principal !== chat.me && (
              <button
                type="button"
                class="small-button"
                aria-label={`Remove ${name}`}
                onClick={() => remove(principal)}
              >
                Remove
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function useMembers(chat: Chat, channel: string) {
  const [shown, setShown] = useState<readonly Member[]>([])
  const [error, setError] = useState('')
  const attempt = (action: () => Promise<unknown>) => {
    const done = async () => {
      try {
        await action()
        setError('')
        setShown(await members(chat.causeway, channel))
      } catch (reason) {
        setError(channelErrorText(reason))
      }
    }
    void done()
  }
  useEffect(() => attempt(async () => {}), [channel])
  return { shown, error, attempt }
}
