import { useEffect, useState } from 'preact/hooks'
import { Avatar } from '../Avatar.tsx'
import type { Chat } from '../chat.ts'
import { Icon } from '../Icon.tsx'
import { type Person, findPeople } from '../../sdk/people.ts'

interface PersonPickerProps {
  chat: Chat
  people: readonly Person[]
  choose: (people: readonly Person[]) => void
}

/** Nobody types so fast that each letter is a question. */
const PAUSE_MS = 200

/** Chooses people by the beginnings of their names. */
export function PersonPicker({ chat, people, choose }: PersonPickerProps) {
  const [text, setText] = useState('')
  const found = useFound(chat, text)
  const chosen = new Set(people.map(({ principal }) => principal))
  const others = found.filter(({ principal }) => !chosen.has(principal) && principal !== chat.me)
  const add = (person: Person) => {
    choose([...people, person])
    setText('')
  }
  return (
    <div class="person-picker">
      <ul class="chips" aria-label="Chosen people">
        {people.map((person) => (
          <li key={person.principal}>
            <button
              type="button"
              class="small-button"
              aria-label={`Remove ${person.name}`}
              onClick={() => choose(people.filter((each) => each !== person))}
            >
              <bdi>{person.name}</bdi> <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
      <input
        class="field"
        type="search"
        aria-label="Find people"
        placeholder="Find people by name"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={(event) => {
          const [first] = others
          if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229) return
          event.preventDefault()
          if (first !== undefined) add(first)
        }}
      />
      <ul class="people" aria-label="Found people">
        {others.map((person) => (
          <li key={person.principal}>
            <button type="button" class="person-button" onClick={() => add(person)}>
              <Avatar sender={{ id: person.principal, name: person.name }} />
              <span class="person">
                <bdi>{person.name}</bdi> <span class="quiet">{person.principal}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}

function useFound(chat: Chat, text: string): readonly Person[] {
  const [found, setFound] = useState<readonly Person[]>([])
  useEffect(() => {
    const asked = new AbortController()
    const q = text.trim()
    const timer = setTimeout(() => {
      if (q === '') return setFound([])
      findPeople(chat.causeway, q, asked.signal).then(setFound, () => setFound([]))
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      asked.abort()
    }
  }, [text])
  return found
}
