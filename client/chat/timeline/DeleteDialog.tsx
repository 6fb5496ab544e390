import { Dialog } from '../Dialog.tsx'
import { previewOf } from '../preview.ts'
import type { ShownMessage } from '../../sdk/history.ts'

interface DeleteDialogProps {
  message: ShownMessage
  remove: () => void
  close: () => void
}

export function DeleteDialog({ message, remove, close }: DeleteDialogProps) {
  return (
    <Dialog title="Delete this message?" id="delete" close={close}>
      <blockquote dir="auto">{previewOf(message, 300)}</blockquote>
      <p>Its words are taken away for everybody. This cannot be undone.</p>
      <p class="row end">
        <button type="button" class="small-button" onClick={close}>
          Keep it
        </button>
        <button type="button" class="main-button danger" onClick={remove}>
          Delete
        </button>
      </p>
    </Dialog>
  )
}
