import { expect, test } from '@jest/globals'
import { describeUnless } from '../../support/describeUnless.ts'
import { toolsLack } from '../tools/tools.ts'
import { containersOf, get, named, type Profile, renderChart, renderText } from './render.ts'

const config = async (service: string, profile: Profile, args: string[] = []) =>
  get<Record<string, string | undefined>>(
    named(await renderChart(profile, args), 'ConfigMap', `causeway-${service}`),
    'data',
  )
const set = (values: string): string[] => ['--set', values]
const ISSUER = 'auth.issuers[0].issuer=https://a.example,auth.issuers[0].jwks=https://a.example/k'
const OTHERS_ONLY = `account.enabled=false,${ISSUER},auth.issuers[0].kinds={user}`

describeUnless(toolsLack)('with auth.mode=required', () => {
  test.each(['laptop', 'small', 'ha', 'external-tls'] as const)(
    'ingest and gateway accept the tokens that account issues, with the values %s',
    async (profile) => {
      const { PUBLIC_ORIGIN, SECURE_COOKIES } = await config('account', profile)
      for (const service of ['ingest', 'gateway']) {
        const env = await config(service, profile)
        expect(env).toMatchObject({ AUTH: 'required', SECURE_COOKIES })
        expect(JSON.parse(env['ISSUERS'] ?? '')).toEqual([
          {
            issuer: `${PUBLIC_ORIGIN}/account`,
            jwks: 'http://causeway-account:8080/account/jwks.json',
            kinds: ['user', 'service', 'device', 'guest'],
          },
        ])
      }
    },
  )

  test.each([
    ['the Ingress', 'small', '', 'https://chat.example.org', 'true'],
    ['the HTTPRoute', 'ha', '', 'https://chat.example.org', 'true'],
    ['the value', 'small', 'auth.publicOrigin=https://x.example:8443', undefined, 'true'],
    ['the value', 'laptop', 'auth.publicOrigin=http://127.0.0.1:8080', undefined, 'false'],
  ] as const)(
    'browsers reach it where %s says: %s %s',
    async (_, profile, value, origin, isSecure) => {
      const { PUBLIC_ORIGIN, SECURE_COOKIES } = await config('account', profile, set(value))
      expect(PUBLIC_ORIGIN).toBe(origin ?? value.split('=')[1])
      expect(SECURE_COOKIES).toBe(isSecure)
    },
  )

  test('the edge serves the host of the public origin', () => {
    const text = renderText('ha', set('auth.publicOrigin=https://x.example:8443'))
    expect(text).toMatch(/server_name localhost .* x\.example;/)
  })

  test('other issuers come beside account', async () => {
    const { ISSUERS = '' } = await config(
      'gateway',
      'small',
      set(`${OTHERS_ONLY},account.enabled=true`),
    )
    const names = JSON.parse(ISSUERS).map(({ issuer }: { issuer: string }) => issuer)
    expect(names).toEqual(['https://chat.example.org/account', 'https://a.example'])
  })

  test('without account nothing of it is there', () => {
    const text = renderText('small', set(OTHERS_ONLY))
    expect(text).toContain('AUTH: "required"')
    expect(text).toContain('https://a.example')
    expect(text).not.toMatch(/causeway-account|CausewayAccountGone|location \/account\//)
    expect(renderText('small')).toMatch(/CausewayAccountGone/)
  })

  test('a list of issuers with a secret comes from the Secret', async () => {
    const key = 'gateway.secretKeys.ISSUERS=ISSUERS,ingest.secretKeys.ISSUERS=ISSUERS'
    const args = set(`account.enabled=false,${key}`)
    for (const service of ['ingest', 'gateway']) {
      expect(await config(service, 'small', args)).not.toHaveProperty('ISSUERS')
      const [container] = containersOf(
        named(await renderChart('small', args), 'Deployment', `causeway-${service}`),
      )
      expect(get(container, 'env')).toContainEqual({
        name: 'ISSUERS',
        valueFrom: { secretKeyRef: { name: 'causeway', key: 'ISSUERS' } },
      })
    }
  })

  test.each([
    ['nobody knows where the page is', 'ingress.enabled=false', /auth\.publicOrigin/],
    ['its Ingress has no TLS', 'ingress.tlsSecret=', /auth\.publicOrigin/],
    ['passwords would travel without TLS', 'auth.publicOrigin=http://a.example', /publicOrigin/],
    ['the origin has a path', 'auth.publicOrigin=https://a.example/', /publicOrigin/],
    ['nobody issues tokens', 'account.enabled=false', /account\.enabled, or auth\.issuers/],
    ['a secret stands outside of the Secret', `${OTHERS_ONLY},auth.issuers[0].secret=s`, /secret/],
    ['the mode is unknown', 'auth.mode=none', /auth\.mode/],
    ['a service is to be open', 'ingest.config.AUTH=open', /AUTH/],
    ['account would get no key', 'account.secretKeys.ACCOUNT_KEY=null', /ACCOUNT_KEY/],
  ])('the chart refuses if %s', (_, values, message) => {
    expect(() => renderText('small', set(values))).toThrow(message)
  })
})

describeUnless(toolsLack)('with auth.mode=open', () => {
  test('there is no account, and the services say that this is no production', async () => {
    const text = renderText('small', set('auth.mode=open'))
    expect(text).not.toMatch(/causeway-account|CausewayAccountGone|location \/account\//)
    for (const service of ['ingest', 'gateway']) {
      const env = await config(service, 'small', set('auth.mode=open'))
      expect(env).toMatchObject({ AUTH: 'open', NODE_ENV: 'development' })
      expect(env).not.toHaveProperty('ISSUERS')
    }
  })
})
