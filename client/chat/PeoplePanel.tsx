import { Avatar } from './Avatar.tsx'
import type { Chat } from './chat.ts'
import { useStores } from './store.ts'
import { SenderName } from './timeline/MessageRow.tsx'
import type { Sender } from '../../contract/message.ts'

/** More are not listed: nobody reads so long a list. */
const MAX_SHOWN = 200

/** Who is here now, and who has written here lately. */
export function PeoplePanel({ chat }: { chat: Chat }) {
  const { company, people } = chat
  useStores(company)
  const { here, count } = company ?? {}
  const present = new Set(here?.map(({ id }) => id))
  const others = people.find('', MAX_SHOWN).filter(({ id }) => !present.has(id))
  return (
    <div class="panel-body">
      <Group
        title={count === undefined ? 'Here now' : `Here now: ${count}`}
        people={here ?? []}
        here
      />
      {count !== undefined && here === undefined && (
        <p class="edge">They are too many to be named.</p>
      )}
      <Group title="Wrote here lately" people={others} here={false} />
    </div>
  )
}

function Group({
  title,
  people,
  here,
}: {
  title: string
  people: readonly Sender[]
  here: boolean
}) {
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
