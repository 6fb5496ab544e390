import { element } from './element.ts'

export interface Field {
  /** Its name in the request. */
  name: string
  label: string
  type: 'text' | 'password'
  /** What a password manager or a phone fills in. */
  autocomplete: string
  hint?: string
}

interface FormOptions {
  fields: Field[]
  submit: string
  /** Takes the values by their fields' names. Rejects if they are refused. */
  send: (values: Record<string, string>) => Promise<void>
  /** The text about a refusal, for people. */
  errorText: (error: unknown) => string
}

/** A form with a label over each field. Until an answer comes it sends nothing more; a refusal is read aloud. */
export function formView({ fields, submit, send, errorText }: FormOptions): HTMLFormElement {
  const inputs = fields.map(inputOf)
  const button = element('button', 'main-button', submit)
  const error = element('p', 'error')
  error.setAttribute('role', 'alert')
  const form = element('form', '', ...fields.map((field, at) => rowOf(field, inputs[at])))
  form.append(error, button)
  // Should the script fail, no password may become a part of an address.
  form.method = 'post'
  let busy = false
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (busy) return
    busy = true
    form.ariaBusy = 'true'
    error.textContent = ''
    const values = Object.fromEntries(inputs.map(({ name, value }) => [name, value]))
    send(values)
      .catch((reason: unknown) => {
        error.textContent = errorText(reason)
        const last = inputs.at(-1)
        last?.focus()
        last?.select()
      })
      .finally(() => {
        busy = false
        form.ariaBusy = 'false'
      })
  })
  return form
}

function inputOf({ name, type, autocomplete }: Field): HTMLInputElement {
  const input = element('input', '')
  input.name = name
  input.type = type
  input.required = true
  input.setAttribute('autocomplete', autocomplete)
  input.autocapitalize = 'off'
  input.spellcheck = false
  return input
}

function rowOf({ name, label, hint }: Field, input: HTMLInputElement | undefined): HTMLElement {
  const row = element('p', 'form-row')
  if (input === undefined) return row
  row.append(element('label', '', element('span', '', label), input))
  if (hint !== undefined) {
    const words = element('span', 'hint', hint)
    words.id = `hint-${name}`
    input.setAttribute('aria-describedby', words.id)
    row.append(words)
  }
  return row
}
