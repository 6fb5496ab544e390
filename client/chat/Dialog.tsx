import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { IconButton } from './IconButton.tsx'

interface DialogProps {
  title: string
  close: () => void
  id?: string
  busy?: boolean
  children: ComponentChildren
}

/** A modal dialog, open while it is drawn. The browser keeps the focus in it, and gives it back. */
export function Dialog({ title, close, id = 'dialog', busy = false, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  // With the drawing: the next key is for the dialog.
  useLayoutEffect(() => {
    const opened = dialog.current
    opened?.showModal()
    return () => opened?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      id={id}
      aria-labelledby={`${id}-title`}
      aria-busy={busy}
      tabIndex={-1}
      onClose={close}
      onClick={(event) => {
        // A click on the backdrop is one on the dialog itself.
        if (event.target === dialog.current) dialog.current?.close()
      }}
    >
      <div class="dialog-card">
        <header>
          <h2 id={`${id}-title`}>{title}</h2>
          <IconButton icon="close" label="Close" press={() => dialog.current?.close()} />
        </header>
        {children}
      </div>
    </dialog>
  )
}
