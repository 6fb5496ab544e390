import { beforeAll, describe, expect, test } from '@jest/globals'
import { passwordMistake } from './passwordRules.ts'
import { Passwords } from './passwords.ts'

describe('the hash of a password', () => {
  const passwords = new Passwords()
  let hash: string

  beforeAll(async () => {
    hash = await passwords.hash('correct horse')
  })

  test('is argon2id with 19 MiB and two passes, and salted', async () => {
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await passwords.hash('correct horse')).not.toBe(hash)
  })

  test('matches its password only', async () => {
    expect(await passwords.matches(hash, 'correct horse')).toBe(true)
    expect(await passwords.matches(hash, 'correct horsE')).toBe(false)
    expect(await passwords.matches(undefined, 'nobody has this password')).toBe(false)
  })

  test('matches whatever form of Unicode the keyboard made', async () => {
    const ligature = await passwords.hash('ﬁne Ångström')
    expect(await passwords.matches(ligature, 'fine Ångström')).toBe(true)
  })

  test('of a flood is refused, as is the check of an unknown name, and the first ones get theirs', async () => {
    const work = Array.from({ length: 60 }, (_, at) =>
      at % 2 === 0 ? passwords.hash('correct horse') : passwords.matches(undefined, 'x'),
    )
    const results = await Promise.allSettled(work)
    const refused = results.flatMap((each, at) =>
      each.status === 'rejected' ? [{ at, ...each }] : [],
    )
    expect(refused.map(({ at }) => at)).toEqual(Array.from({ length: 26 }, (_, at) => 34 + at))
    for (const { reason } of refused) expect(reason).toMatchObject({ type: 'overloaded' })
    expect(await passwords.matches(hash, 'correct horse')).toBe(true)
  })
})

describe('a password', () => {
  test.each([
    ['a quiet walk', 'alice'],
    ['ಠ_ಠ ಠ‿ಠ ಠ益ಠ', 'alice'],
    ['Alice in wonderland', 'alice'],
    ['x9'.repeat(127) + 'äö', 'alice'],
    ['        a b', 'alice'],
  ])('"%s" of %s will do', (password, name) => {
    expect(passwordMistake(password, name)).toBeUndefined()
  })

  test.each([
    ['1234567', 'alice', 'must be 8 to 256 characters'],
    ['👩‍🚀👩‍🚀', 'alice', 'must be 8 to 256 characters'],
    ['x'.repeat(257), 'alice', 'must be 8 to 256 characters'],
    ['password', 'alice', 'is one of the first that are tried'],
    ['PassWord1', 'alice', 'is one of the first that are tried'],
    ['ｐａｓｓｗｏｒｄ', 'alice', 'is one of the first that are tried'],
    ['aaaaaaaaaaaa', 'alice', 'is one of the first that are tried'],
    ['abababababab', 'alice', 'is one of the first that are tried'],
    ['alicealice', 'alice', 'is too much like the name'],
    ['Alice1234', 'alice', 'is too much like the name'],
    ['x\ud800yyyyyyyy', 'alice', 'must be text'],
  ])('"%s" of %s will not: it %s', (password, name, mistake) => {
    expect(passwordMistake(password, name)).toBe(mistake)
  })
})
