import { useRef } from 'preact/hooks'
import { Dialog } from '../Dialog.tsx'

interface DayPickerProps {
  /** `from`: the beginning of the day here, as RFC 3339. */
  jump: (from: string) => void
  close: () => void
}

/** Asks for the day whose messages are to be shown. */
export function DayPicker({ jump, close }: DayPickerProps) {
  const box = useRef<HTMLInputElement>(null)
  return (
    <Dialog title="Jump to a date" id="day" close={close}>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault()
          const value = box.current?.value ?? ''
          // Without a zone it is a time of this machine.
          const date = new Date(`${value}T00:00:00`)
          if (!Number.isNaN(date.getTime())) jump(date.toISOString())
        }}
      >
        <input ref={box} class="field" type="date" aria-label="Date" required />
        <button type="submit" class="main-button">
          Jump
        </button>
      </form>
    </Dialog>
  )
}
