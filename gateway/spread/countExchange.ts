import type { Redis } from 'ioredis'
import { limitKey } from '../../chassis/limits/store.ts'

/** Lines; more gateways than these are none of ours. */
const MOST = 1_000
const KEPT_SECONDS = 60

/**
 * Puts one line in front of the others, or takes it away if it is empty, and answers all lines. One string holds them: the user of the
 * limits may `get` and `set`, so no Redis needs another right for this. ARGV: the line, its id, the ids of lines to remove.
 */
const EXCHANGE = `
local gone = { [ARGV[2]] = true }
for at = 3, #ARGV do gone[ARGV[at]] = true end
local lines, count = ARGV[1], 1
for line in string.gmatch(redis.call('get', KEYS[1]) or '', '[^\\n]+') do
  local id = string.match(line, '^(%w+) %d+ %d+ %d+ [ol]$')
  if id and #line <= 48 and not gone[id] and count < ${MOST} then
    lines = lines .. '\\n' .. line
    count = count + 1
  end
end
redis.call('set', KEYS[1], lines, 'EX', ${KEPT_SECONDS})
return lines
`

/** Tells the other gateways a line, and hears theirs. Rejects if Redis is away. */
export class CountExchange {
  readonly #redis: Pick<Redis, 'eval'>
  readonly #key: string
  readonly #id: string

  /** `prefix`: that of all keys in Redis. */
  constructor(redis: Pick<Redis, 'eval'>, prefix: string, id: string) {
    this.#redis = redis
    this.#key = `${limitKey(prefix)}:gateways`
    this.#id = id
  }

  /** `gone`: ids whose lines are removed. */
  async exchange(line: string, gone: readonly string[]): Promise<string> {
    const lines = await this.#redis.eval(EXCHANGE, 1, this.#key, line, this.#id, ...gone)
    return String(lines)
  }
}
