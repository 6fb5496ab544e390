/** Grants in the table. */
export const TABLE: Record<string, string[]> = {
  'user:alice': ['read,write rooms.berlin', 'read rooms.*.alerts'],
  'user:*': ['read public.**', 'write inbox.*', 'read inbox.{sub}'],
  'group:staff': ['write public.**', 'read,write staff.**'],
  'device:*': ['write devices.{sub}.**'],
}

interface Bearer {
  principal: string
  groups?: string[]
  grants?: string[]
  /** Written out by hand, by channel. */
  reads: RegExp
  writes: RegExp
}

const NONE = /^$/
/** Who asks. */
export const BEARERS: Bearer[] = [
  {
    principal: 'user:alice',
    reads: /^(rooms\.berlin|rooms\.berlin\.alerts|public\.a|public\.a\.b|inbox\.user-alice)$/,
    writes: /^(rooms\.berlin|inbox\.user-alice|inbox\.user-bob)$/,
  },
  {
    principal: 'user:bob',
    groups: ['staff', 'other'],
    reads: /^(public\.a|public\.a\.b|inbox\.user-bob|staff\.x)$/,
    writes: /^(public\.a|public\.a\.b|inbox\.user-alice|inbox\.user-bob|staff\.x)$/,
  },
  {
    // Alice's own grants are not those of another kind with her name.
    principal: 'guest:alice',
    reads: NONE,
    writes: NONE,
  },
  {
    principal: 'guest:g',
    grants: ['read rooms.berlin', 'write public.*'],
    reads: /^rooms\.berlin$/,
    writes: /^public\.a$/,
  },
  {
    principal: 'device:d-1',
    reads: NONE,
    writes: /^devices\.device-d-1\.t$/,
  },
  {
    principal: 'service:all',
    grants: ['read,write **'],
    reads: /./,
    writes: /./,
  },
  {
    // Other actions do not include these.
    principal: 'service:boss',
    grants: ['moderate,admin **'],
    reads: NONE,
    writes: NONE,
  },
]

/** What they ask for. */
export const CHANNELS = [
  'rooms',
  'rooms.berlin',
  'rooms.berlin.alerts',
  'rooms.bonn',
  'public',
  'public.a',
  'public.a.b',
  'inbox.user-alice',
  'inbox.user-bob',
  'staff.x',
  'devices.device-d-1.t',
  'devices.device-d-2.t',
]
