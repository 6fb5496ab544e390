import { hash } from 'node:crypto'
import { type Extent, formatExtent, parseExtent } from '../contract/extent.ts'
import type { LinkedEntry } from '../contract/message.ts'

/** Characters of a MAC: of HMAC-SHA256's 43 as many as are 132 bits. */
export const MAC_LENGTH = 22
/** Bytes that the hash works on at once; a longer key would have to be hashed first. */
const BLOCK_BYTES = 64
const INNER = 0x36
const OUTER = 0x5c

/**
 * The keys by which copies of the log prove themselves: whatever comes over MQTT or Redis without a MAC of one of them was not
 * written by an ingest or a bridge of this log. The first key signs and each one verifies, so that a key can be replaced while
 * everything runs.
 *
 * Each kind of copy is signed with its own name in front, and with all that gives it its meaning: what is taken from one log,
 * channel or place in the log does not pass in another.
 */
export class CopyKeys {
  readonly #macs: readonly Mac[]

  /** Of 1 to 64 ASCII characters each. */
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

  /** A message's encoding as it stands in Redis: behind its MAC. */
  sealMessage(epoch: string, channel: string, json: string): string {
    return this.#sign(messageText(epoch, channel, json)) + json
  }

  /** The encoding; undefined if it does not prove itself. */
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

type Mac = (text: string) => string

/**
 * HMAC-SHA256 from two calls of the hash: Node's `createHmac` takes two and a half times as long, and this runs for every message
 * at every hop. A key in ASCII makes both pads ASCII too, so that the inner one is part of the text.
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

/** In a time that does not tell how much of it is right. */
function isEqual(a: string, b: string): boolean {
  let difference = 0
  for (let at = 0; at < MAC_LENGTH; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at)
  return difference === 0
}
