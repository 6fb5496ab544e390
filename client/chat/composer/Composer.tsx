import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Icon } from '../Icon.tsx'
import { IconButton } from '../IconButton.tsx'
import { useStores } from '../store.ts'
import { emojiNames } from '../text/emoji.ts'
import { completed, wantedAt } from './completion.ts'
import { grow, isComposing } from './growing.ts'
import { Suggestions, type Suggestion } from './Suggestions.tsx'
import { useSuggestions } from './useSuggestions.tsx'
import type { People } from '../people.ts'

interface ComposerProps {
  id: string
  label: string
  placeholder: string
  draft: string
  disabled: boolean
  people: People
  /** Returns whether it took the message; if not, the text stays in the box. */
  send: (text: string) => boolean
  /** The text has changed. */
  typed: (text: string) => void
  /** The arrow up was pressed in an empty box. */
  editLast: () => void
  /** Asks for an emoji; it is put where the cursor was. */
  pickEmoji: (put: (emoji: string) => void) => void
}

/** The box for a new message. Enter sends it, Shift+Enter begins a new line. */
export function Composer(props: ComposerProps) {
  const { id, label, placeholder, draft, disabled, people, send, typed, editLast } = props
  useStores(emojiNames)
  const box = useRef<HTMLTextAreaElement>(null)
  /** The next drawing gives the focus: the first one, and one that takes a dialog away, which gave it to its button. */
  const takesFocus = useRef(true)
  const [text, setText] = useState(draft)
  const [cursor, setCursor] = useState(draft.length)
  const { wanted, suggestions, chosen, choose, dismiss } = useSuggestions(text, cursor, people)
  const write = (next: string, at: number) => {
    setText(next)
    setCursor(at)
    typed(next)
    const { current } = box
    if (current !== null) {
      current.value = next
      current.setSelectionRange(at, at)
    }
    takesFocus.current = true
  }
  const take = ({ word }: Suggestion) => {
    if (wanted === undefined) return
    const done = completed(text, cursor, wanted, word)
    write(done.text, done.cursor)
  }
  const put = (emoji: string) => {
    const { value = '', selectionStart = 0, selectionEnd = 0 } = box.current ?? {}
    const before = value.slice(0, selectionStart) + emoji
    write(before + value.slice(selectionEnd), before.length)
  }
  const submit = () => {
    // What was typed just now may not be drawn yet.
    const { current } = box
    const written = current?.value ?? ''
    if (written.trim() === '' || !send(trimmed(written))) return
    if (current !== null) current.value = ''
    setText('')
    setCursor(0)
    typed('')
  }
  /** A cursor that only moves sends no event by which every browser tells it. */
  const follow = ({ currentTarget }: { currentTarget: HTMLTextAreaElement }) =>
    setCursor(currentTarget.selectionStart)
  const press = (event: KeyboardEvent) => {
    if (isComposing(event)) return
    // What was typed or taken just now may not be drawn yet: then the list is of an earlier text.
    const { value = '', selectionStart = 0 } = box.current ?? {}
    const suggestion = wantedAt(value, selectionStart) && suggestions[chosen]
    if (suggestion !== undefined) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (step !== undefined) choose((chosen + step + suggestions.length) % suggestions.length)
      else if (event.key === 'Enter' || event.key === 'Tab') take(suggestion)
      else if (event.key === 'Escape') dismiss()
      else return
      event.preventDefault()
      event.stopPropagation()
      return
    }
    if (event.key === 'ArrowUp' && box.current?.value === '') {
      event.preventDefault()
      editLast()
    }
    if (event.key !== 'Enter' || event.shiftKey) return
    event.preventDefault()
    submit()
  }
  useLayoutEffect(() => grow(box.current), [text])
  useLayoutEffect(() => {
    if (takesFocus.current) box.current?.focus()
    takesFocus.current = false
  }, [text])
  const open = suggestions.length > 0
  return (
    <form
      id={`${id}-form`}
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      {open && wanted !== undefined && (
        <Suggestions
          id={`${id}-suggestions`}
          label={wanted.kind === 'person' ? 'People' : 'Emoji'}
          {...{ suggestions, chosen, choose, take }}
        />
      )}
      <fieldset disabled={disabled}>
        <textarea
          ref={box}
          id={id}
          rows={1}
          dir="auto"
          aria-label={label}
          aria-autocomplete="list"
          placeholder={placeholder}
          autocomplete="off"
          enterkeyhint="send"
          value={text}
          {...(open && {
            'aria-controls': `${id}-suggestions`,
            'aria-activedescendant': `${id}-suggestions-${chosen}`,
          })}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value)
            setCursor(currentTarget.selectionStart)
            typed(currentTarget.value)
          }}
          onSelect={follow}
          onKeyUp={follow}
          onClick={follow}
          onKeyDown={press}
        />
        <IconButton icon="smile" label="Emoji" press={() => props.pickEmoji(put)} />
        <button type="submit" class="send" aria-label="Send" title="Send">
          <Icon name="send" />
        </button>
      </fieldset>
    </form>
  )
}

/** Without the empty lines around it. The first line keeps its indentation: it may be code. */
function trimmed(text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+/, '').trimEnd()
}
