/** The part of oidc-provider that is used here; the package brings no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export interface Context {
    type: string
    body: string
    oidc: {
      client?: { clientId: string }
      session?: { accountId?: string }
    }
  }

  interface Grant {
    addOIDCScope: (scope: string) => void
    save: () => Promise<string>
  }

  export class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>)
    Grant: new (owner: { clientId?: string; accountId?: string }) => Grant
    callback: () => (request: IncomingMessage, response: ServerResponse) => void
    interactionFinished: (
      request: IncomingMessage,
      response: ServerResponse,
      result: Readonly<Record<string, unknown>>,
    ) => Promise<void>
  }
}
