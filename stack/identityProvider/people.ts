/** Somebody who can sign in at the development provider. */
export interface Person {
  login: string
  password: string
  name: string
  groups: readonly string[]
}

export const PEOPLE: readonly Person[] = [
  { login: 'alice', password: 'alice', name: 'Alice Example', groups: ['staff'] },
  { login: 'bob', password: 'bob', name: 'Bob Example', groups: [] },
]
