import { ChatView } from './ChatView.tsx'
import { ConnectionBar } from './ConnectionBar.tsx'
import { lazy } from './lazy.tsx'
import type { Session } from './session.ts'
import { useStores } from './store.ts'

const SignIn = lazy(async () => (await import('./account/SignIn.tsx')).SignIn)

/** The whole page: the sign-in or the chat. */
export function App({ session }: { session: Session }) {
  useStores(session)
  const { view, accountApi } = session
  switch (view.is) {
    case 'starting': {
      const { retryAt } = view
      const retryInMs = retryAt === undefined ? 0 : Math.max(0, retryAt - performance.now())
      return (
        <main class="starting">
          <h1 class="visually-hidden">Causeway</h1>
          <ConnectionBar
            connection={
              retryAt === undefined
                ? { is: 'connecting' }
                : { is: 'reconnecting', reason: 'unreachable', retryInMs }
            }
            recovered={undefined}
            retryNow={() => location.reload()}
          />
        </main>
      )
    }
    case 'sign-in':
      return <SignIn reason={view.reason} api={accountApi} enter={(me) => session.enter(me)} />
    case 'chat':
      return <ChatView key={view.chat.me} session={session} chat={view.chat} />
  }
}
