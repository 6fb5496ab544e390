import { Fragment } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Methods } from './accountApi.ts'
import { errorText } from '../labels.ts'
import type { PageHash } from '../pageHash.ts'
import {
  GuestForm,
  InvitationForm,
  LoginForm,
  PasskeyForm,
  type SignInOptions,
} from './signInForms.tsx'
import { SIGNED_OUT_TEXT, providerFailureText } from './signInLabels.ts'

/** What led to the page. */
export interface SignInReason {
  why: keyof typeof SIGNED_OUT_TEXT
  hash: PageHash
  /** Where a provider leads back to: the path of an address, with its hash. */
  path: string
  /** For somebody who is signed in and may go back: their name. */
  stay?: string
}

interface SignInProps extends SignInOptions {
  reason: SignInReason
}

/** The page on which people sign in, with the ways that this Causeway offers. */
export function SignIn({ reason, api, enter }: SignInProps) {
  const invited = reason.hash.is === 'invitation' ? reason.hash.code : undefined
  const { methods, failure, again } = useMethods(api, invited === undefined)
  const root = useRef<HTMLElement>(null)
  const title = invited === undefined ? 'Sign in' : 'You are invited'
  // With the drawing: later, somebody may write in another field.
  useLayoutEffect(() => {
    document.title = `${title} · Causeway`
    root.current?.querySelector<HTMLElement>('a, input, button')?.focus()
  }, [title, methods, failure])
  return (
    <main id="sign-in" ref={root}>
      <div class="card">
        <p class="brand">
          <img class="mark" src="./icon.svg" alt="" />
          <strong>Causeway</strong>
        </p>
        <h1>{title}</h1>
        <p class="words" role="alert">
          {failure ?? (invited === undefined && methods !== undefined ? noticeOf(reason) : '')}
        </p>
        {invited !== undefined && <InvitationForm {...{ api, enter }} code={invited} />}
        {invited !== undefined && reason.stay !== undefined && (
          <a class="stay" href="#/">
            Stay signed in as {reason.stay}
          </a>
        )}
        {failure !== undefined && (
          <button type="button" class="main-button" onClick={again}>
            Try again
          </button>
        )}
        {methods !== undefined && <Ways {...{ api, enter, methods }} path={reason.path} />}
      </div>
    </main>
  )
}

/** The ways to sign in, once they are known. */
function useMethods(api: SignInOptions['api'], wanted: boolean) {
  const [attempt, setAttempt] = useState(0)
  const [known, setKnown] = useState<{ methods?: Methods; failure?: string }>({})
  useEffect(() => {
    if (!wanted) return setKnown({})
    let current = true
    api.methods().then(
      (methods) => current && setKnown({ methods }),
      (error: unknown) => current && setKnown({ failure: errorText(error) }),
    )
    return () => {
      current = false
    }
  }, [wanted, attempt])
  return { ...known, again: () => setAttempt(attempt + 1) }
}

function Ways({ api, enter, methods, path }: SignInOptions & { methods: Methods; path: string }) {
  const { providers, local, passkeys, guests } = methods
  const ways = [
    providers.length > 0 && (
      <div class="providers">
        {providers.map(({ id, name }) => (
          <a key={id} class="provider" href={api.providerUrl(id, path)}>
            Continue with {name}
          </a>
        ))}
      </div>
    ),
    local && <LoginForm {...{ api, enter }} />,
    passkeys && <PasskeyForm {...{ api, enter }} />,
    guests && <GuestForm {...{ api, enter }} />,
  ].filter((way) => way !== false)
  if (ways.length === 0) return <p>There is no way to sign in yet. Ask your administrator.</p>
  return ways.map((way, at) => (
    <Fragment key={at}>
      {at > 0 && <p class="or">or</p>}
      {way}
    </Fragment>
  ))
}

function noticeOf({ why, hash }: SignInReason): string {
  return hash.is === 'sign-in-error'
    ? providerFailureText(hash.failure, hash.request)
    : SIGNED_OUT_TEXT[why]
}
