import {
  type Address,
  formatAddress,
  type Host,
  parseAddress,
  shuffled,
} from '../chassis/address.ts'
import { type Ask, askServer } from './askServer.ts'

const POSTGRES_PORT = 5_432

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

/**
 * The servers of an address, and which one to use: the one that takes writes and has the log, or any. It may be another one at any
 * time.
 */
export class Servers {
  readonly #address: Address
  readonly #ask: Ask
  readonly wanted: 'primary' | 'any'
  /** Undefined: it need not have a log. */
  readonly logId: number | undefined
  #found: Host | undefined
  #search: Promise<Host> | undefined

  constructor(
    databaseUrl: string,
    wanted: 'primary' | 'any' = 'primary',
    ask: Ask = askServer,
    logId?: number,
  ) {
    this.#address = parseDatabaseUrl(databaseUrl)
    this.logId = logId
    this.wanted = wanted
    this.#ask = ask
  }

  /** One server is used as it is, unless the address says that it must take writes. */
  get areChosen(): boolean {
    const { url, hosts } = this.#address
    const attributes = url.searchParams.get('target_session_attrs') ?? ''
    const mustWrite = this.wanted === 'primary' && ['read-write', 'primary'].includes(attributes)
    return hosts.length > 1 || mustWrite
  }

  /** The address with the first host only, for the driver. */
  get url(): string {
    return this.#address.url.href
  }

  /** The right server, as last found. Rejects if there is none. */
  async host(): Promise<Host> {
    if (this.#found !== undefined) return this.#found
    // A failover breaks all connections at once: they share one search.
    this.#search ??= this.#find().finally(() => (this.#search = undefined))
    return (this.#found = await this.#search)
  }

  /** The server that was found does not answer, or is not the right one any more. */
  forget(): void {
    this.#found = undefined
  }

  /**
   * For the primary it asks all at once, because the former one may hang. Of several that are as good, each process has its own first
   * choice.
   */
  async #find(): Promise<Host> {
    const reasons: unknown[] = []
    const ask = async (host: Host): Promise<Host> => {
      if (await this.#isRight(host, reasons)) return host
      throw new Error('not this one')
    }
    const { hosts } = this.#address
    const search =
      this.wanted === 'primary' ? Promise.any(hosts.map(ask)) : firstOf(shuffled(hosts), ask)
    return search.catch(() => {
      const what = this.wanted === 'primary' ? 'takes writes' : 'answers'
      throw new Error(`DatabaseNotReachable: no server ${what}`, { cause: reasons[0] })
    })
  }

  async #isRight(host: Host, reasons: unknown[]): Promise<boolean> {
    try {
      const { url } = this.#address
      const answer = await this.#ask(formatAddress({ url, hosts: [host] }), this.logId)
      return answer || this.wanted === 'any'
    } catch (error) {
      reasons.push(error)
      return false
    }
  }
}

async function firstOf(hosts: Host[], ask: (host: Host) => Promise<Host>): Promise<Host> {
  const [host, ...others] = hosts
  if (host === undefined) throw new Error('none is left')
  return ask(host).catch(() => firstOf(others, ask))
}

/** For one statement or two: the address of the server that takes writes now. */
export async function primaryUrl(databaseUrl: string): Promise<string> {
  const servers = new Servers(databaseUrl)
  if (!servers.areChosen) return databaseUrl
  const { url } = parseDatabaseUrl(databaseUrl)
  return formatAddress({ url, hosts: [await servers.host()] })
}
