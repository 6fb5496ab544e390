import { z } from 'zod'
import type { Operation } from '../../chassis/description/operation.ts'
import { OF_ALL } from './shared.ts'

const PROVIDER = {
  method: 'get',
  tag: 'Identity providers',
  credential: 'none',
  parameters: { provider: z.string().describe('Its id, as `GET /account/methods` lists it') },
  answers: [
    {
      status: 302,
      description: 'The browser goes on to the provider, or back to the page.',
      content: { 'text/plain': z.string(), 'text/html': z.string() },
      headers: ['Location', 'Set-Cookie'],
    },
  ],
  problems: OF_ALL,
} satisfies Partial<Operation>

/** The routes exist for each provider of the settings. */
export const providers: Operation[] = [
  {
    ...PROVIDER,
    id: 'beginSignIn',
    path: '/account/login/{provider}',
    summary: 'Sign in by an identity provider',
    description: 'For a link of the page: the browser goes to the provider.',
    query: z.object({
      return: z.string().optional().describe('The path to come back to; by default the page'),
    }),
    examples: [
      {
        name: 'dev',
        summary: 'At the provider of `npm start -- --oidc`',
        parameters: { provider: 'dev' },
        query: { return: '/' },
        status: 302,
      },
    ],
  },
  {
    ...PROVIDER,
    id: 'finishSignIn',
    path: '/account/callback/{provider}',
    summary: 'Come back from an identity provider',
    description:
      'The provider sends the browser here. Without success it goes to `/#signin-error=…`.',
    query: z.object({
      code: z.string().optional(),
      state: z.string().optional(),
      error: z.string().optional(),
    }),
    examples: [
      {
        name: 'late',
        summary: 'Without a sign-in that began here',
        parameters: { provider: 'dev' },
        query: { code: 'x', state: 'x' },
        status: 302,
      },
    ],
  },
  {
    ...PROVIDER,
    id: 'signOutThere',
    path: '/account/logout/{provider}',
    summary: 'Sign out at an identity provider too',
    description:
      'For a link of the page: the browser goes to the provider, if it has such an address.',
    examples: [
      {
        name: 'dev',
        summary: 'At the provider of `npm start -- --oidc`',
        parameters: { provider: 'dev' },
        status: 302,
      },
    ],
  },
  {
    ...PROVIDER,
    id: 'backchannelLogout',
    method: 'post',
    path: '/account/backchannel/{provider}',
    summary: 'End a session that has ended at an identity provider',
    description: 'For the provider’s own server (OpenID Connect Back-Channel Logout 1.0).',
    body: { 'application/x-www-form-urlencoded': z.object({ logout_token: z.string() }) },
    answers: [{ status: 200, description: 'No session of it is left here.' }],
    problems: [
      ...OF_ALL,
      'invalid-parameter',
      'request-timeout',
      'too-large',
      'unsupported-media-type',
    ],
    examples: [
      {
        name: 'wrong',
        summary: 'A token that proves nothing',
        parameters: { provider: 'dev' },
        mediaType: 'application/x-www-form-urlencoded',
        body: { logout_token: 'x' },
        status: 400,
      },
    ],
  },
]
