import { z } from 'zod'
import {
  authConfig,
  commonConfig,
  databaseConfig,
  limitsConfig,
  mqttConfig,
  publicConfig,
  signInConfig,
} from '../chassis/commonConfig.ts'
import { boolean, field, integer } from '../chassis/configFields.ts'
import { providers } from './oidc/providerSettings.ts'
import { localPrincipal } from './principals.ts'
import { parseSubjectGrant } from './subject.ts'

const { LOG_ID: _, LAYOUT_FILE: __, ...common } = commonConfig
const { CORS_ORIGINS: ___, ...server } = publicConfig
const KEY_BYTES = 32

export const accountConfig = z
  .object({
    ...server,
    ...common,
    ...databaseConfig(2),
    ...limitsConfig,
    ...signInConfig,
    PUBLIC_ORIGIN: field('an origin like https://chat.example', (text) =>
      URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text
        ? text
        : undefined,
    ).describe('Where browsers reach everything; tokens are issued in the name of it and /account'),
    ACCOUNT_KEY: field(`${KEY_BYTES} random bytes in base64url`, (text) => {
      const key = Buffer.from(text, 'base64url')
      return key.length === KEY_BYTES && key.toString('base64url') === text ? key : undefined
    }).describe('Encrypts the private signing keys in the database; all processes share it'),
    MQTT_URL: mqttConfig.MQTT_URL.optional().describe(
      'for account: where devices are to follow their grants; without it only `npm run device` makes them',
    ),
    MQTT_PREFIX: mqttConfig.MQTT_PREFIX,
    SECURE_COOKIES: authConfig.SECURE_COOKIES,
    GUESTS: boolean().default(false).describe('Whether anyone may come in as a guest, by a name'),
    PROVIDERS: providers.describe(
      'Identity providers, as a JSON list; docs/identity.md has the fields',
    ),
    FIRST_ADMIN: field('the name of a local account, or <provider>--<subject>', firstAdmin)
      .optional()
      .describe(
        'Gets every right on all channels if nobody has them; without it the log shows a link',
      ),
    DEFAULT_GRANTS: field('grants like "user:* read,write **; guest:* read lobby"', defaultGrants)
      .default([])
      .describe('Put into the database if it has no grants at all'),
    MAX_GRANTS: integer(1, 10_000_000)
      .default(100_000)
      .describe('Most grants; every ingest and gateway keeps all in memory'),
    TOKEN_SECONDS: integer(30, 3_600).default(300).describe('Life of an access token'),
    SESSION_IDLE_SECONDS: integer(60, 31_536_000)
      .default(43_200)
      .describe('A session ends if it is not used for so long'),
    SESSION_MAX_SECONDS: integer(60, 31_536_000)
      .default(604_800)
      .describe('A session ends so long after the sign-in in any case'),
    SIGNING_KEY_DAYS: integer(1, 3_650)
      .default(30)
      .describe('Days that a signing key signs, before the next one does'),
  })
  .refine(
    ({ SECURE_COOKIES, PUBLIC_ORIGIN }) => !SECURE_COOKIES || PUBLIC_ORIGIN.startsWith('https:'),
    {
      path: ['PUBLIC_ORIGIN'],
      error:
        'expected https://, because browsers take secure cookies over TLS only (SECURE_COOKIES)',
    },
  )
  .refine((config) => config.TOKEN_SECONDS < config.SESSION_IDLE_SECONDS, {
    path: ['TOKEN_SECONDS'],
    error:
      'expected less than SESSION_IDLE_SECONDS, because a page renews its token by its session',
  })

/** A local name in any form of capitals, or the id of a principal that a provider names. */
function firstAdmin(text: string): string | undefined {
  const provided = /^[a-z0-9-]{1,32}--[A-Za-z0-9_-]{1,30}$/.test(text)
  return provided ? `user:${text}` : localPrincipal(text)
}

function defaultGrants(text: string) {
  const parts = text.split(';').filter((part) => part.trim() !== '')
  const grants = parts.flatMap((part) => parseSubjectGrant(part) ?? [])
  return grants.length === parts.length ? grants : undefined
}
