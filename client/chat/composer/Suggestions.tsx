import type { ComponentChildren } from 'preact'

/** A choice for what is being typed. */
export interface Suggestion {
  id: string
  /** What replaces the typed text. */
  word: string
  shown: ComponentChildren
}

interface SuggestionsProps {
  id: string
  label: string
  suggestions: readonly Suggestion[]
  chosen: number
  choose: (at: number) => void
  take: (suggestion: Suggestion) => void
}

/** The list over a text box; the focus stays in the box, which names the chosen one. */
export function Suggestions({ id, label, suggestions, chosen, choose, take }: SuggestionsProps) {
  return (
    <ul class="suggestions" id={id} role="listbox" aria-label={label}>
      {suggestions.map((suggestion, at) => (
        <li
          key={suggestion.id}
          id={`${id}-${at}`}
          role="option"
          aria-selected={at === chosen}
          onMouseMove={() => choose(at)}
          onMouseDown={(event) => {
            // The box must not lose the focus.
            event.preventDefault()
            take(suggestion)
          }}
        >
          {suggestion.shown}
        </li>
      ))}
    </ul>
  )
}
