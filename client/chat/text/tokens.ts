import type { Token, Tokens } from 'marked'

export function isList(token: Token): token is Tokens.List {
  return token.type === 'list'
}

export function isTable(token: Token): token is Tokens.Table {
  return token.type === 'table'
}

export function childrenOf(token: Token): Token[] {
  return 'tokens' in token && token.tokens !== undefined ? token.tokens : []
}

export function textIn(token: Token): string {
  return stringIn(token, 'text')
}

export function stringIn(token: Token, name: string): string {
  const value: unknown = new Map(Object.entries(token)).get(name)
  return typeof value === 'string' ? value : ''
}
