import type { External } from '../externalSignIn.ts'
import { GROUP, MAX_GROUPS } from '../principals.ts'
import type { ProviderSettings } from './providerSettings.ts'

type Claims = Readonly<Record<string, unknown>>

/** Reads the claims of a verified ID token, with what UserInfo added. Only `sub` says who it is; a name or an e-mail never does. */
export function personOf(
  claims: Claims & { sub: string },
  { id, nameClaim, groupsClaim, groupMapping }: ProviderSettings,
): External {
  const { sub, sid, [nameClaim]: name } = claims
  return {
    provider: id,
    subject: sub,
    name: typeof name === 'string' ? name : '',
    groups: groupsClaim === undefined ? [] : groupsOf(claims[groupsClaim], groupMapping),
    sid: typeof sid === 'string' && sid !== '' ? sid : undefined,
  }
}

/** Whether UserInfo may add something. Many providers put little into the ID token. */
export function isIncomplete(
  claims: Claims,
  { nameClaim, groupsClaim }: ProviderSettings,
): boolean {
  const wanted = groupsClaim === undefined ? [nameClaim] : [nameClaim, groupsClaim]
  return wanted.some((claim) => claims[claim] === undefined)
}

function groupsOf(claim: unknown, mapping: ProviderSettings['groupMapping']): string[] {
  const given = [claim].flat().filter((each) => typeof each === 'string')
  const ours = mapping === undefined ? given : given.flatMap((name) => own(mapping, name))
  return [...new Set(ours)].filter((name) => GROUP.test(name)).slice(0, MAX_GROUPS)
}

/** Never a member that every object has, such as `constructor`. */
function own(mapping: Readonly<Record<string, string>>, name: string): string[] {
  const ours = Object.hasOwn(mapping, name) ? mapping[name] : undefined
  return ours === undefined ? [] : [ours]
}
