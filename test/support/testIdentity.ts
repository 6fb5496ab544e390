import type { Identity } from '../../chassis/auth/identity.ts'

/** What a verified token of a principal says; it expires never, and came by the header. */
export function testIdentity(principal: string, more: Partial<Identity> = {}): Identity {
  return {
    principal,
    name: principal,
    groups: [],
    grants: [],
    tokenId: `token of ${principal}`,
    issuedAt: 0,
    expiresAt: Infinity,
    by: 'header',
    ...more,
  }
}
