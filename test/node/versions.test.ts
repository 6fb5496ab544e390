import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

const text = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** The versions of Node that `npm run test:node` takes by this name, one for each platform. */
function pinned(name: string): string[] {
  const { optionalDependencies } = JSON.parse(text('test/node/npm/package.json'))
  return Object.entries(optionalDependencies)
    .filter(([alias]) => alias.startsWith(`${name}-`))
    .map(([, spec]) => String(spec).split('@')[1] ?? '')
}

test('the oldest Node that tests run on is the oldest that package.json promises', () => {
  const oldest = `${String(JSON.parse(text('package.json')).engines.node).replace('>=', '')}.0`
  expect(pinned('oldest')).toEqual([oldest, oldest])
})

test('the other Node that tests run on is of the major version in the image', () => {
  const [, major = ''] = /NODE_IMAGE=node:(\d+)/.exec(text('Dockerfile')) ?? []
  expect(pinned('image').map((version) => version.split('.')[0])).toEqual([major, major])
})
