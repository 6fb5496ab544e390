import { useEffect, useState } from 'preact/hooks'
import { isComposing } from '../composer/growing.ts'
import { Dialog } from '../Dialog.tsx'
import { useStores } from '../store.ts'
import { emojiNames } from './emoji.ts'

interface EmojiPickerProps {
  pick: (emoji: string) => void
  close: () => void
}

/** All of them are 1,900 buttons, which nobody looks through: the others are found by their names. */
const MAX_SHOWN = 240

/** Asks for an emoji. */
export function EmojiPicker({ pick, close }: EmojiPickerProps) {
  useStores(emojiNames)
  const [text, setText] = useState('')
  useEffect(() => void emojiNames.load(), [])
  const found = emojiNames.find(text, MAX_SHOWN)
  /** What was typed just now may not be drawn yet, and the list may still be on its way. */
  const pickFirst = async (typed: string): Promise<void> => {
    await emojiNames.load()
    const [first] = emojiNames.find(typed, 1)
    if (first !== undefined) pick(first.emoji)
  }
  return (
    <Dialog title="Choose an emoji" id="emoji" close={close}>
      <input
        class="field"
        type="search"
        aria-label="Search emoji"
        placeholder="Search by name"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || isComposing(event)) return
          event.preventDefault()
          void pickFirst(event.currentTarget.value)
        }}
      />
      <div class="emoji-grid" role="group" aria-label="Emoji">
        {found.map(({ emoji, names: [name = ''] }) => (
          <button
            key={name}
            type="button"
            aria-label={name.replaceAll('_', ' ')}
            title={`:${name}:`}
            onClick={() => pick(emoji)}
          >
            {emoji}
          </button>
        ))}
      </div>
      {emojiNames.all.length > 0 && found.length === 0 && <p class="quiet">There is none.</p>}
    </Dialog>
  )
}
