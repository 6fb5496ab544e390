import { useLayoutEffect, useRef } from 'preact/hooks'
import { grow, isComposing } from './growing.ts'

interface EditBoxProps {
  text: string
  save: (text: string) => void
  cancel: () => void
}

/** Changes a message in its place. */
export function EditBox({ text, save, cancel }: EditBoxProps) {
  const box = useRef<HTMLTextAreaElement>(null)
  useLayoutEffect(() => {
    const { current } = box
    grow(current)
    current?.focus()
    current?.setSelectionRange(text.length, text.length)
  }, [])
  const press = (event: KeyboardEvent) => {
    if (isComposing(event)) return
    event.stopPropagation()
    if (event.key === 'Escape') cancel()
    if (event.key !== 'Enter' || event.shiftKey) return
    event.preventDefault()
    save(box.current?.value ?? text)
  }
  return (
    <form
      class="edit"
      onSubmit={(event) => {
        event.preventDefault()
        save(box.current?.value ?? text)
      }}
    >
      <textarea
        ref={box}
        rows={1}
        dir="auto"
        aria-label="Edit the message"
        defaultValue={text}
        onInput={() => grow(box.current)}
        onKeyDown={press}
      />
      <p class="edit-actions">
        <button type="button" class="small-button" onClick={cancel}>
          Cancel
        </button>
        <button type="submit" class="small-button primary">
          Save
        </button>
        <span class="hint">Escape cancels, Enter saves</span>
      </p>
    </form>
  )
}
