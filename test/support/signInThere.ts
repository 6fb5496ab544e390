import type { TestBrowser } from './testBrowser.ts'

/** Signs in on the form of the development provider, or cancels. Returns the redirect to `callback`, which is not visited. */
export async function signInThere(
  browser: TestBrowser,
  authorizationUrl: string,
  login: string | undefined,
  callback = /\/account\/callback\//,
): Promise<string> {
  const asked = await browser.follow(await browser.visit(authorizationUrl), callback)
  if (asked.location !== undefined) return asked.location
  const form = login === undefined ? { cancel: 'yes' } : { login, password: login }
  const { location, text } = await browser.follow(await browser.visit(asked.url, form), callback)
  if (location === undefined) throw new Error(`the provider did not send the browser back: ${text}`)
  return location
}
