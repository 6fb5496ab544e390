import type { Person } from './people.ts'

/** A form with a name and a password. It says which there are: the provider is for development. */
export function signInPage(people: readonly Person[], complaint: string): string {
  const list = people.map(({ login, password }) => `<li>${login} / ${password}</li>`).join('')
  return page(
    'Sign in',
    `<p role="alert">${complaint}</p>
    <form method="post">
      <p><label>Name <input name="login" autofocus autocomplete="off"></label></p>
      <p><label>Password <input name="password" type="password" autocomplete="off"></label></p>
      <p><button>Sign in</button> <button name="cancel" value="yes">Cancel</button></p>
    </form>
    <p>For development only. People (name / password):</p><ul>${list}</ul>`,
  )
}

/** `form` is the provider's own, with its id and secret, and without a button. */
export function signOutPage(form: string): string {
  return page(
    'Sign out',
    `${form}<p><button form="op.logoutForm" name="logout" value="yes">Sign out everywhere</button></p>`,
  )
}

export function messagePage(title: string, text: string): string {
  return page(title, `<p>${escaped(text)}</p>`)
}

/** oidc-provider's own pages load a font from another host. */
function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
