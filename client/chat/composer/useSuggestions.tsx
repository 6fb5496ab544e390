import { useMemo, useState } from 'preact/hooks'
import { type People, handleOf } from '../people.ts'
import { nameOf } from '../senderLabel.ts'
import { emojiNames } from '../text/emoji.ts'
import { type Wanted, wantedAt } from './completion.ts'
import type { Suggestion } from './Suggestions.tsx'

const MAX_SUGGESTIONS = 8

/** The choices for what stands before the cursor. */
export function useSuggestions(text: string, cursor: number, people: People) {
  const [chosen, choose] = useState(0)
  const [dismissed, setDismissed] = useState<string>()
  const wanted = useMemo(() => wantedAt(text, cursor), [text, cursor])
  if (wanted?.kind === 'emoji') void emojiNames.load()
  const isDismissed = wanted !== undefined && dismissed === `${wanted.kind}${wanted.start}`
  const suggestions = wanted === undefined || isDismissed ? [] : find(wanted, people)
  return {
    wanted,
    suggestions,
    chosen: Math.min(chosen, Math.max(0, suggestions.length - 1)),
    choose,
    dismiss: () => setDismissed(wanted && `${wanted.kind}${wanted.start}`),
  }
}

function find({ kind, text }: Wanted, people: People): Suggestion[] {
  if (kind === 'person') {
    return people.find(text, MAX_SUGGESTIONS).map((sender) => ({
      id: sender.id,
      word: `@${handleOf(sender)}`,
      shown: (
        <>
          <bdi>{nameOf(sender)}</bdi> <span class="quiet">@{handleOf(sender)}</span>
        </>
      ),
    }))
  }
  return emojiNames.find(text, MAX_SUGGESTIONS).map(({ emoji, names: [name = ''] }) => ({
    id: name,
    word: emoji,
    shown: (
      <>
        {emoji} <span class="quiet">:{name}:</span>
      </>
    ),
  }))
}
