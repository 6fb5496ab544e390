import { hash } from 'node:crypto'
import { type Extent, formatExtent, parseExtent } from '../contract/extent.ts'
import type { LinkedEntry, Sender } from '../contract/message.ts'

/** Characters of a MAC: of HMAC-SHA256's 43 it keeps the first 22, which are 132 bits. */
export const MAC_LENGTH = 22
/** The hash works on blocks of this many bytes; a longer key would have to be hashed first. */
const BLOCK_BYTES = 64
const INNER = 0x36
const OUTER = 0x5c

/**
 * The keys that prove copies of the log. If a copy on MQTT or Redis has no MAC by one of them, no ingest and no bridge of this
 * log wrote it. The first key signs and each one verifies, so an operator can replace a key while everything runs.
 *
 * The signed text starts with the kind of copy, and holds all that gives the copy its meaning. So nothing taken from one log,
 * channel or place in the log passes in another.
 */
export class CopyKeys {
  readonly #macs: readonly Mac[]

  /** Keys of 1 to 64 ASCII characters. */
  constructor(keys: readonly string[]) {
    this.#macs = keys.map(createMac)
  }

  /** The MAC of a copy on MQTT. */
  signCopy(epoch: string, entry: LinkedEntry): string {
    return this.#sign(copyText(epoch, entry))
  }

  provesCopy(epoch: string, entry: LinkedEntry, mac: string): boolean {
    return this.#proves(copyText(epoch, entry), mac)
  }

  /** A message's encoding behind its MAC, as it stands in Redis. */
  sealMessage(epoch: string, channel: string, json: string): string {
    return this.#sign(messageText(epoch, channel, json)) + json
  }

  /** The encoding; undefined if its MAC is wrong. */
  openMessage(epoch: string, channel: string, sealed: string): string | undefined {
    const json = sealed.slice(MAC_LENGTH)
    return this.#proves(messageText(epoch, channel, json), sealed.slice(0, MAC_LENGTH))
      ? json
      : undefined
  }

  sealExtent(extent: Extent): string {
    const text = formatExtent(extent)
    return this.#sign(extentText(text)) + text
  }

  openExtent(sealed: string): Extent | undefined {
    const text = sealed.slice(MAC_LENGTH)
    return this.#proves(extentText(text), sealed.slice(0, MAC_LENGTH))
      ? parseExtent(text)
      : undefined
  }

  /** A signal's encoding behind its MAC, the same for all hops. */
  sealSignal(channel: string, json: string): string {
    return this.#sign(signalText(channel, json)) + json
  }

  /** The encoding; undefined if its MAC is wrong. */
  openSignal(channel: string, sealed: string): string | undefined {
    return this.#open(sealed, (json) => signalText(channel, json))
  }

  /** Somebody in a channel: `<mac><id> <name>`. An id has no space. */
  sealPerson(channel: string, { id, name }: Sender): string {
    const text = `${id} ${name}`
    return this.#sign(personText(channel, text)) + text
  }

  openPerson(channel: string, sealed: string): Sender | undefined {
    const text = this.#open(sealed, (person) => personText(channel, person))
    const at = text?.indexOf(' ') ?? -1
    return text === undefined || at < 1
      ? undefined
      : { id: text.slice(0, at), name: text.slice(at + 1) }
  }

  #open(sealed: string, signed: (text: string) => string): string | undefined {
    const text = sealed.slice(MAC_LENGTH)
    return this.#proves(signed(text), sealed.slice(0, MAC_LENGTH)) ? text : undefined
  }

  #sign(text: string): string {
    return this.#macs[0]?.(text) ?? ''
  }

  #proves(text: string, mac: string): boolean {
    return mac.length === MAC_LENGTH && this.#macs.some((macOf) => isEqual(macOf(text), mac))
  }
}

const copyText = (epoch: string, { link, channel, json }: LinkedEntry): string =>
  `copy ${epoch} ${link} ${channel} ${json}`
const messageText = (epoch: string, channel: string, json: string): string =>
  `message ${epoch} ${channel} ${json}`
const extentText = (text: string): string => `extent ${text}`
const signalText = (channel: string, json: string): string => `signal ${channel} ${json}`
const personText = (channel: string, text: string): string => `person ${channel} ${text}`

type Mac = (text: string) => string

/**
 * HMAC-SHA256 by two calls of the hash. Node's `createHmac` takes two and a half times as long, and this runs for every message
 * at every hop. An ASCII key makes both pads ASCII too, so the inner one can be part of the text.
 */
function createMac(key: string): Mac {
  const inner = pad(key, INNER)
  const outer = Buffer.alloc(BLOCK_BYTES + 32)
  outer.write(pad(key, OUTER), 'latin1')
  return (text) => {
    outer.write(hash('sha256', inner + text, 'binary'), BLOCK_BYTES, 'latin1')
    return hash('sha256', outer, 'base64url').slice(0, MAC_LENGTH)
  }
}

function pad(key: string, mask: number): string {
  const codes = Buffer.alloc(BLOCK_BYTES)
  codes.write(key, 'latin1')
  return Buffer.from(codes.map((code) => code ^ mask)).toString('latin1')
}

/** Takes the same time however many characters match, so that an attacker learns nothing from it. */
function isEqual(a: string, b: string): boolean {
  let difference = 0
  for (let at = 0; at < MAC_LENGTH; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at)
  return difference === 0
}
