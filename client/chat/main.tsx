import { render } from 'preact'
import { App } from './App.tsx'
import { Identity } from './account/identity.ts'
import { drawByFrames } from './drawing.ts'
import { Notifier } from './notifier.ts'
import { Session } from './session.ts'
import { tabName } from './tabName.ts'
import { usableLocks } from './usableLocks.ts'

drawByFrames()

const base = document.baseURI.replace(/[?#].*$/, '')
const kept = storage(() => localStorage)
const keptHere = storage(() => sessionStorage)
const session = new Session({
  base,
  identity: new Identity(kept),
  kept,
  keptHere,
  notifier: new Notifier(kept),
  tab: tabName(keptHere),
  // The types promise locks, but browsers have them on https and localhost only.
  locks: await usableLocks(navigator.locks),
})

/** Merely reading `localStorage` throws if the browser denies access. */
function storage(read: () => Storage): Storage | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

const page = document.getElementById('page')
if (page !== null) render(<App session={session} />, page)
window.addEventListener('hashchange', () => session.show())
window.addEventListener('online', () => session.network('online'))
window.addEventListener('offline', () => session.network('offline'))
window.addEventListener('pageshow', ({ persisted }) => {
  // WebKit keeps the page for the way back, but not its locks: the other tabs hold it for ended. Its draft is kept too.
  if (persisted) location.reload()
})
document.addEventListener('visibilitychange', () => session.check())
void session.account.start()
