import { expect, test } from '@jest/globals'
import { encodeCbor } from '../../test/support/cbor.ts'
import { isPlainAttestation } from './isPlainAttestation.ts'

const attestation = (format: string, statement: ReadonlyMap<string, Uint8Array[]>): string =>
  encodeCbor(
    new Map<string, Parameters<typeof encodeCbor>[0]>([
      ['fmt', format],
      ['attStmt', statement],
      ['authData', new Uint8Array(37)],
    ]),
  ).toString('base64url')

const NOTHING = new Map<string, Uint8Array[]>()
const CERTIFICATES = new Map([['x5c', [new Uint8Array(9)]]])

test.each([
  ['none', NOTHING, true],
  ['packed', NOTHING, true],
  ['packed', CERTIFICATES, false],
  ['fido-u2f', CERTIFICATES, false],
  ['android-key', CERTIFICATES, false],
  ['android-safetynet', NOTHING, false],
  ['apple', CERTIFICATES, false],
  ['tpm', CERTIFICATES, false],
])('An attestation of the format %s with %j is plain: %s', (format, statement, expected) => {
  expect(isPlainAttestation(attestation(format, statement))).toBe(expected)
})

test.each(['', 'AAAA', '9w'])('The text %j is no attestation', (text) => {
  expect(() => isPlainAttestation(text)).toThrow(Error)
})
