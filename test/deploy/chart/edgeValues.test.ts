import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { ingestConfig } from '../../../ingest/config.ts'
import { ROOT } from '../../../stack/root.ts'
import { describeUnless } from '../../support/describeUnless.ts'
import { toolsLack } from '../tools/tools.ts'
import { edgeConf } from './edgeConf.ts'
import { type Profile, renderText } from './render.ts'

const conf = (profile: Profile, ...args: string[]) =>
  edgeConf(profile, { http: 1, status: 2, ingest: 3, gateway: 4, account: 5 }, args)
const MAX_BODY_BYTES = ingestConfig.shape.MAX_BODY_BYTES.parse(undefined)

describeUnless(toolsLack)('the edge of the chart', () => {
  test('serves the names of its Ingress, its route and its Service, and those of edge.hosts', async () => {
    expect(await conf('small')).toMatch(/server_name localhost .* chat\.example\.org;/)
    expect(await conf('ha')).toMatch(/server_name localhost .* chat\.example\.org;/)
    expect(await conf('laptop')).toMatch(
      /server_name localhost .* causeway-edge causeway-edge\.default causeway-edge\.default\.svc;/,
    )
    expect(await conf('everything')).toMatch(/server_name localhost .* \*\.example\.org chat/)
  })

  test('tells browsers to insist on https exactly if they come by https', async () => {
    const header = 'Strict-Transport-Security "max-age=31536000"'
    expect(await conf('small')).toContain(header)
    expect(await conf('everything')).toContain(header)
    expect(await conf('laptop')).toContain('Strict-Transport-Security ""')
  })

  test('is refused behind an Ingress or a route whose address it does not know', () => {
    for (const profile of ['small', 'ha'] as const) {
      expect(() => renderText(profile, ['--set', 'edge.trustedProxies=null'])).toThrow(
        /edge\.trustedProxies/,
      )
    }
  })

  test('takes bodies as large as ingest does', async () => {
    expect(await conf('small')).toContain(`client_max_body_size ${MAX_BODY_BYTES};`)
    const larger = await conf('small', '--set', 'ingest.config.MAX_BODY_BYTES=100000')
    expect(larger).toContain('client_max_body_size 100000;')
    expect(larger).toContain('The body may have at most 100000 bytes.')
  })

  test('bounds an address as its values say', async () => {
    const args = ['--set', 'edge.limits.streams=7,edge.limits.requests=8']
    const text = await conf('small', ...args)
    expect(text).toContain('limit_conn open_streams 7;')
    expect(text).toContain('zone=streams burst=7 nodelay;')
    expect(text).toContain('limit_conn open_requests 8;')
  })

  test('has no place for accounts without their service', async () => {
    const accounts = /\/\/accounts|upstream accounts|sign_ins/
    expect(await conf('small')).toMatch(accounts)
    expect(await conf('small', '--set', 'auth.mode=open')).not.toMatch(accounts)
  })

  test('is the only one whom ingest, gateway and account believe about addresses', () => {
    expect(renderText('small').match(/PROXY_HOPS: "1"/g)).toHaveLength(3)
    const compose = readFileSync(join(ROOT, 'compose.yaml'), 'utf8')
    expect(compose).toMatch(/x-environment: &environment[^]*PROXY_HOPS: '1'[^]*\nservices:/)
  })
})

describe('the edge of the image', () => {
  const image = readFileSync(join(ROOT, 'deploy/image/edgeConfig.mjs'), 'utf8')
  const values = readFileSync(join(ROOT, 'charts/causeway/values.yaml'), 'utf8')
  test.each([
    ['STREAMS_PER_CLIENT', 'streams'],
    ['STREAMS_PER_SECOND', 'streamsPerSecond'],
    ['REQUESTS_PER_CLIENT', 'requests'],
    ['REQUESTS_PER_SECOND', 'requestsPerSecond'],
    ['SIGN_INS_PER_SECOND', 'signInsPerSecond'],
  ])('has for %s what the chart has by default for %s', (name, value) => {
    const [, ofImage] = new RegExp(` ${name}: '(\\d+)'`).exec(image) ?? []
    const [, ofChart] = new RegExp(`^    ${value}: (\\d+)$`, 'm').exec(values) ?? []
    expect(ofImage).toBe(ofChart)
    expect(Number(ofImage)).toBeGreaterThan(0)
  })

  test('takes bodies as large as ingest does by default', () => {
    expect(image).toContain(` MAX_BODY_BYTES: '${MAX_BODY_BYTES}'`)
  })
})
