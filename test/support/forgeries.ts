import { CopyKeys } from '../../chassis/copyKeys.ts'
import type { Extent } from '../../contract/extent.ts'
import type { LinkedEntry } from '../../contract/message.ts'
import { copyKeys } from './testRedis.ts'

type Forgery = [what: string, text: string]

const otherKeys = new CopyKeys(['f'.repeat(43)])
const MAC_LENGTH = 22

/** Forgeries of a message by an attacker who has no key, but every signed text. */
export function forgedMessages(entry: LinkedEntry): Forgery[] {
  const { channel, json, position } = entry
  const sealed = copyKeys.sealMessage('e1', channel, json)
  return [
    ['without a MAC', json],
    ['with the MAC of another key', otherKeys.sealMessage('e1', channel, json)],
    ['that was altered', sealed.replace('"data":', '"data": ')],
    [
      'with another position',
      sealed.replace(`"position":${position}`, `"position":${position + 1}`),
    ],
    ['of another channel', copyKeys.sealMessage('e1', `${channel}2`, json)],
    ['of another epoch', copyKeys.sealMessage('e0', channel, json)],
    ['with its MAC on MQTT', copyKeys.signCopy('e1', entry) + json],
    ['that is an extent', copyKeys.sealExtent({ epoch: 'e1', position, id: '', low: 0 })],
    ['that is none', copyKeys.sealMessage('e1', channel, '{}')],
    ['that is two lines', copyKeys.sealMessage('e1', channel, `${json}\n`)],
    ['that is empty', ''],
  ]
}

/** Forgeries of an extent or of a watermark. */
export function forgedExtents(extent: Extent): Forgery[] {
  const sealed = copyKeys.sealExtent(extent)
  return [
    ['without a MAC', sealed.slice(MAC_LENGTH)],
    ['with the MAC of another key', otherKeys.sealExtent(extent)],
    ['that was altered', sealed.replace(` ${extent.position} `, ` ${extent.position - 1} `)],
    ['with another low watermark', sealed.replace(/\d+$/, String(extent.low + 1))],
    ['that is a message', copyKeys.sealMessage('e1', 'a', sealed.slice(MAC_LENGTH))],
    ['that is empty', ''],
  ]
}
