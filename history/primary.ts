import { callbackify } from 'node:util'
import { Client, type ClientBase } from 'pg'
import { type Address, formatAddress, type Host, parseAddress } from '../chassis/address.ts'

/** A server that hangs must not use up the time in which a caller waits for a connection. */
const ASK_TIMEOUT_MS = 700
const POSTGRES_PORT = 5_432

/** Whether the server of an address with one host takes writes. Rejects if it does not answer. */
type Ask = (databaseUrl: string) => Promise<boolean>

/** Reads `postgresql://user:password@h1:5432,h2:5432/database?target_session_attrs=read-write`; the driver knows one host only. */
export function parseDatabaseUrl(databaseUrl: string): Address {
  // One without a host names a socket file.
  return parseAddress(databaseUrl, POSTGRES_PORT) ?? { url: new URL(databaseUrl), hosts: [] }
}

/** An address that is the same but for its user. */
export function withUserOf(databaseUrl: string, { username, password }: URL): string {
  const { url, hosts } = parseDatabaseUrl(databaseUrl)
  const own = new URL(url)
  Object.assign(own, { username, password })
  return hosts.length === 0 ? own.href : formatAddress({ url: own, hosts })
}

/** The servers of an address, of which one takes writes. It may be another one at any time. */
export class Primary {
  readonly #address: Address
  readonly #ask: Ask
  #found: Host | undefined
  #search: Promise<Host> | undefined

  constructor(databaseUrl: string, ask: Ask = askServer) {
    this.#address = parseDatabaseUrl(databaseUrl)
    this.#ask = ask
  }

  /** Of one server it is not asked which it is, unless the address says that it must take writes. */
  get isChosen(): boolean {
    const { url, hosts } = this.#address
    const attributes = url.searchParams.get('target_session_attrs') ?? ''
    return hosts.length > 1 || ['read-write', 'primary'].includes(attributes)
  }

  /** The address with the first host only, for the driver. */
  get url(): string {
    return this.#address.url.href
  }

  /** The server that takes writes, as last found. Rejects if none does. */
  async host(): Promise<Host> {
    if (this.#found !== undefined) return this.#found
    // A failover breaks all connections at once: they share one search.
    this.#search ??= this.#find().finally(() => (this.#search = undefined))
    return (this.#found = await this.#search)
  }

  /** The server that was found does not answer, or does not take writes any more. */
  forget(): void {
    this.#found = undefined
  }

  /** Asks all at once: the former primary may hang. */
  async #find(): Promise<Host> {
    const { url, hosts } = this.#address
    const reasons: unknown[] = []
    const asked = hosts.map(async (host) => {
      const answer = await this.#ask(formatAddress({ url, hosts: [host] })).catch(
        (error: unknown) => void reasons.push(error),
      )
      if (answer === true) return host
      throw new Error(`${host.host}:${host.port} takes no writes`)
    })
    return Promise.any(asked).catch(() => {
      throw new Error('DatabaseNotReachable: no server takes writes', { cause: reasons[0] })
    })
  }
}

/** The driver's client; each connects to the server that takes writes at that moment. */
export function clientOf(primary: Primary): new () => ClientBase {
  return class extends Client {
    override connect(): Promise<Client>
    override connect(done: (error: Error) => void): void
    override connect(done?: (error: Error) => void): Promise<Client> | void {
      if (done === undefined) return this.#connect()
      callbackify(() => this.#connect())(done)
    }

    async #connect(): Promise<Client> {
      Object.assign(this, await primary.host())
      try {
        await super.connect()
        // A connection that breaks may be the first sign of a failover.
        this.on('error', () => primary.forget())
        // It may have become a standby since it was found.
        if (await takesWrites(this)) return this
        throw new Error('DatabaseNotReachable: the server takes no writes any more')
      } catch (error) {
        primary.forget()
        await this.end().catch(() => {})
        throw error
      }
    }
  }
}

/** For one statement or two: the address of the server that takes writes now. */
export async function primaryUrl(databaseUrl: string): Promise<string> {
  const primary = new Primary(databaseUrl)
  if (!primary.isChosen) return databaseUrl
  const { url } = parseDatabaseUrl(databaseUrl)
  return formatAddress({ url, hosts: [await primary.host()] })
}

async function askServer(connectionString: string): Promise<boolean> {
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: ASK_TIMEOUT_MS,
    query_timeout: ASK_TIMEOUT_MS,
  })
  // A connection that breaks fails the question.
  client.on('error', () => {})
  try {
    await client.connect()
    return await takesWrites(client)
  } finally {
    client.end().catch(() => {})
  }
}

/** The question of libpq's `target_session_attrs=read-write`. A standby only reads. */
async function takesWrites(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ transaction_read_only: string }>(
    'show transaction_read_only',
  )
  return rows[0]?.transaction_read_only === 'off'
}
