import { useRef, useState } from 'preact/hooks'

export interface Field {
  /** Its name in the request. */
  name: string
  label: string
  type: 'text' | 'password'
  /** What a password manager or a phone fills in. */
  autocomplete: string
  hint?: string
}

interface FormProps {
  id?: string
  fields: readonly Field[]
  submit: string
  /** Takes the values by their fields' names. Rejects if they are refused. */
  send: (values: Record<string, string>) => Promise<void>
  /** The text about a refusal, for people. */
  errorText: (error: unknown) => string
}

/** A form with a label over each field. Until an answer comes it sends nothing more; a refusal is read aloud. */
export function Form({ id, fields, submit, send, errorText }: FormProps) {
  const form = useRef<HTMLFormElement>(null)
  const busy = useRef(false)
  const [shown, show] = useState({ busy: false, error: '' })
  const attempt = async () => {
    if (busy.current) return
    busy.current = true
    show({ busy: true, error: '' })
    const inputs = [...(form.current?.querySelectorAll('input') ?? [])]
    try {
      await send(Object.fromEntries(inputs.map(({ name, value }) => [name, value])))
      show({ busy: false, error: '' })
    } catch (error) {
      show({ busy: false, error: errorText(error) })
      inputs.at(-1)?.focus()
      inputs.at(-1)?.select()
    }
    busy.current = false
  }
  return (
    <form
      ref={form}
      id={id}
      // Should the script fail, no password may become a part of an address.
      method="post"
      aria-busy={shown.busy}
      onSubmit={(event) => {
        event.preventDefault()
        void attempt()
      }}
    >
      {fields.map((field) => (
        <Row key={field.name} field={field} />
      ))}
      <p class="error" role="alert">
        {shown.error}
      </p>
      <button type="submit" class="main-button">
        {submit}
      </button>
    </form>
  )
}

function Row({ field: { name, label, type, autocomplete, hint } }: { field: Field }) {
  return (
    <p class="form-row">
      <label>
        <span>{label}</span>
        <input
          name={name}
          // Two kinds, which the types tell apart only if each is written out.
          {...(type === 'password' ? { type: 'password' } : { type: 'text' })}
          required
          autocomplete={autocomplete}
          autocapitalize="off"
          spellcheck={false}
          {...(hint !== undefined && { 'aria-describedby': `hint-${name}` })}
        />
      </label>
      {hint !== undefined && (
        <span class="hint" id={`hint-${name}`}>
          {hint}
        </span>
      )}
    </p>
  )
}
