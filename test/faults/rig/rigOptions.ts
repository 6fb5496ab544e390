import type { RedisKind } from '../../../stack/servers.ts'
import type { Random } from '../../model/random.ts'

/** The system of a fault. */
export interface RigOptions {
  dir: string
  random: Random
  /** More environment for the services; `dir` is the stack's. */
  env?: ((name: string, dir: string) => NodeJS.ProcessEnv) | undefined
  /** Default: a single server. The services reach several of them without a proxy. */
  redis?: readonly RedisKind[] | undefined
  /** Of these the services reach the first without a layout, and all others without a proxy; default: one of each. */
  logs?: number | undefined
  postgres?: number | undefined
  brokers?: number | undefined
  /** Adds an empty Postgres, which the services know as one more host of each that the layout names. */
  spare?: boolean | undefined
  /** Default: 2, for all logs. */
  bridges?: number | undefined
  /** Adds a Postgres that the services know, and read history from; they reach both without a proxy. */
  replica?: boolean | undefined
  /** Adds a second Postgres that follows the first. */
  standby?: boolean | undefined
  /** AUTH=required, with the tokens of an issuer of its own; otherwise nobody needs one. */
  auth?: boolean | undefined
  /** Puts Postgres on its own disk, small enough to be filled. Needs root. */
  postgresDiskMegabytes?: number | undefined
}
