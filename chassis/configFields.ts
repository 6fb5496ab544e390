import { z } from 'zod'
import { parseAddress } from './address.ts'
import { parseRedisAddress } from './redisAddress.ts'

/**
 * The kinds of variable in the services' configuration. Each turns the text of an environment variable into a value. Each failure
 * is one sentence that says what is expected. It never repeats the text, because a mistyped address may hold a password. Add
 * `.default(…)` and then, last, `.describe(…)`.
 */
export function field<T>(expected: string, read: (text: string) => T | undefined) {
  return z.string({ error: `required: ${expected}` }).transform((text, context) => {
    const value = read(text)
    if (value !== undefined) return value
    context.addIssue({ code: 'custom', message: `expected ${expected}` })
    return z.NEVER
  })
}

export function integer(min: number, max: number) {
  return field(`a whole number from ${min} to ${max}`, (text) => {
    const value = Number(text)
    return /^\d{1,15}$/.test(text) && value >= min && value <= max ? value : undefined
  })
}

/** How much somebody may take; 0 means any amount, and becomes Infinity. */
export function limit(max: number) {
  return field(`a whole number from 0 (no limit) to ${max}`, (text) => {
    const value = Number(text)
    if (!/^\d{1,15}$/.test(text) || value > max) return undefined
    return value === 0 ? Infinity : value
  })
}

/** A TCP port; 0 means any free one. */
export function port() {
  return integer(0, 65_535)
}

/** Seconds, with or without a fraction. */
export function seconds(min: number, max: number) {
  return field(`seconds from ${min} to ${max}`, (text) => {
    const value = Number(text)
    return /^\d{1,9}(\.\d{1,3})?$/.test(text) && value >= min && value <= max ? value : undefined
  })
}

/** The address of another server, e.g. `url('postgres', 'postgresql')`. */
export function url(...protocols: [string, ...string[]]) {
  return field(
    `an address that starts with ${protocols.map((p) => `${p}://`).join(' or ')}`,
    (text) =>
      protocols.some((protocol) => text.startsWith(`${protocol}://`)) && URL.canParse(text)
        ? text
        : undefined,
  )
}

/** An address of Postgres with one host or several. */
export function databaseHosts() {
  return field('an address that starts with postgres:// or postgresql://', (text) =>
    /^postgres(ql)?:\/\//.test(text) && (URL.canParse(text) || parseAddress(text, 5_432))
      ? text
      : undefined,
  )
}

/** See `parseRedisAddress`. */
export function redisUrl() {
  return field(
    'an address that starts with redis:// or rediss://, or redis+sentinel://HOST,…/MASTER or redis+cluster://HOST,…',
    (text) => (parseRedisAddress(text) === undefined ? undefined : text),
  )
}

/** Comma-separated origins, as a browser writes them in `Origin`; it refuses `*` and `null`. */
export function origins() {
  return field('a comma list of origins like https://chat.example', (text) => {
    const list = commaList(text)
    return list.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin)
      ? list
      : undefined
  })
}

export function logLevel() {
  return choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent')
}

/** One of a few words. */
export function choice<const Word extends string>(...words: Word[]) {
  return field(`one of ${words.join(', ')}`, (text) => words.find((word) => word === text))
}

export function boolean() {
  return field('true or false', (text) =>
    text === 'true' || text === 'false' ? text === 'true' : undefined,
  )
}

/** The start of names on a shared broker or store: it has no character with a meaning in MQTT or Redis. */
export function prefix() {
  return field('1 to 64 letters, digits, "_" or "-"', (text) =>
    /^[A-Za-z0-9_-]{1,64}$/.test(text) ? text : undefined,
  )
}

/** One secret, or two while a new one replaces the old. Each has at least as many bits as a MAC's own 256, in base64. */
export function copyKeys() {
  return field(
    'one key or two, comma-separated, each of 43 to 64 letters, digits, "_" or "-"',
    (text) =>
      /^[A-Za-z0-9_-]{43,64}(,[A-Za-z0-9_-]{43,64})?$/.test(text) ? text.split(',') : undefined,
  )
}

/** The name of an object in Kubernetes: nothing that means more in a path. */
export function kubernetesName(max: number) {
  return field(`at most ${max} small letters, digits, "-" or "."`, (text) =>
    /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text) && text.length <= max ? text : undefined,
  )
}

/** An address on this machine to listen on. */
export function host() {
  return field('a host name or an IP address', (text) =>
    /^[A-Za-z0-9.:_-]{1,253}$/.test(text) ? text : undefined,
  )
}

function commaList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
