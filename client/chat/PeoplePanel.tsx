import { Avatar } from './Avatar.tsx'
import type { Chat } from './chat.ts'
import { SenderName } from './timeline/MessageRow.tsx'

/** Who has written here lately. */
export function PeoplePanel({ chat }: { chat: Chat }) {
  const people = chat.people.find('', 200)
  return (
    <div class="panel-body">
      <ul class="people" aria-label="People">
        {people.map((sender) => (
          <li key={sender.id}>
            <Avatar sender={sender} />
            <span class="person">
              <SenderName sender={sender} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
