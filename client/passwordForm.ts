import { formView } from './formView.ts'
import { passwordErrorText } from './settingsLabels.ts'

/** `change` rejects if the old password is wrong, or the new one will not do. */
export function passwordForm(
  change: (password: string, newPassword: string) => Promise<void>,
): HTMLFormElement {
  const type = 'password'
  const form = formView({
    fields: [
      { name: 'password', label: 'Old password', type, autocomplete: 'current-password' },
      {
        name: 'newPassword',
        label: 'New password',
        type,
        autocomplete: 'new-password',
        hint: 'A long one is a good one: at least 8 characters. It signs you out everywhere else.',
      },
    ],
    submit: 'Change the password',
    send: ({ password = '', newPassword = '' }) => change(password, newPassword),
    errorText: passwordErrorText,
  })
  form.id = 'password-form'
  return form
}
