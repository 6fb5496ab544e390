import { Avatar } from './Avatar.tsx'
import type { Chat } from './chat.ts'
import { MembersView } from './sidebar/MembersView.tsx'
import { useStores } from './store.ts'
import { SenderName } from './timeline/MessageRow.tsx'
import type { Sender } from '../../contract/message.ts'

/** More are not listed: nobody reads so long a list. */
const MAX_SHOWN = 200

/** Who is here now, who is a member, and who has written here lately. */
export function PeoplePanel({ chat }: { chat: Chat }) {
  const { people, shown } = chat
  const company = shown?.company
  useStores(company, chat.list)
  const { here, count } = company ?? {}
  const present = new Set(here?.map(({ id }) => id))
  const others = people.find('', MAX_SHOWN).filter(({ id }) => !present.has(id))
  const profile = shown && chat.list.profile(shown.name)
  const heading = count === undefined ? 'Here now' : `Here now: ${count}`
  return (
    <div class="panel-body">
      <Group title={heading} people={here ?? []} here />
      {count !== undefined && here === undefined && (
        <p class="edge">They are too many to be named.</p>
      )}
      {profile !== undefined && profile.kind !== 'direct' && (
        <MembersView key={profile.name} chat={chat} profile={profile} />
      )}
      <Group title="Wrote here lately" people={others} />
    </div>
  )
}

interface GroupProps {
  title: string
  people: readonly Sender[]
  /** Whether they are here now. */
  here?: boolean
}

function Group({ title, people, here = false }: GroupProps) {
  if (people.length === 0 && !here) return null
  return (
    <section class="people-group">
      <h3>{title}</h3>
      <ul class="people" aria-label={title}>
        {people.slice(0, MAX_SHOWN).map((sender) => (
          <li key={sender.id}>
            <span class={here ? 'here' : ''}>
              <Avatar sender={sender} />
            </span>
            <span class="person">
              <SenderName sender={sender} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
