import { expect, test } from '@jest/globals'
import { Problem } from '../../contract/problem.ts'
import { type Provenance, refuseCrossSite } from './crossSite.ts'

const OWN: Provenance = { method: 'POST', host: 'chat.example', origin: undefined, site: undefined }

function isRefused(of: Partial<Provenance>, by: 'header' | 'cookie' = 'cookie'): boolean {
  try {
    refuseCrossSite(by, { ...OWN, ...of }, ['https://partner.example'])
    return false
  } catch (error) {
    return error instanceof Problem && error.type === 'forbidden'
  }
}

test.each<[Partial<Provenance>, boolean]>([
  [{}, false],
  [{ site: 'same-origin' }, false],
  [{ site: 'same-site' }, false],
  [{ site: 'none' }, false],
  [{ origin: 'https://chat.example' }, false],
  [{ origin: 'https://chat.example', host: 'CHAT.example' }, false],
  [{ origin: 'http://chat.example:8080', host: 'chat.example:8080' }, false],
  [{ origin: 'https://partner.example', site: 'same-site' }, false],
  [{ site: 'cross-site' }, true],
  [{ origin: 'https://partner.example', site: 'cross-site' }, true],
  [{ origin: 'https://evil.example' }, true],
  [{ origin: 'https://evil.chat.example', site: 'same-site' }, true],
  [{ origin: 'https://chat.example.evil' }, true],
  [{ origin: 'https://chat.example:8080' }, true],
  [{ origin: 'null' }, true],
  [{ origin: '' }, true],
  [{ origin: 'https://chat.example', host: undefined }, true],
])('A post by a cookie and with %j is refused: %s', (of, refused) => {
  expect(isRefused(of)).toBe(refused)
  expect(isRefused({ ...of, method: 'DELETE' })).toBe(refused)
  // Whoever knows a token is no page that only has a browser's cookies.
  expect(isRefused(of, 'header')).toBe(false)
  // Reads change nothing, and other pages do not get to see the answer.
  for (const method of ['GET', 'HEAD']) expect(isRefused({ ...of, method })).toBe(false)
})
