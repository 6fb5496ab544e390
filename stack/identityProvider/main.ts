import { createServer } from 'node:http'
import { PEOPLE } from './people.ts'
import { createIdentityProvider } from './provider.ts'

/** Runs the provider on $PORT of the loopback, for the clients in $CLIENTS, a JSON list. See `identityProvider`. */
const { PORT, CLIENTS = '[]' } = process.env
const issuer = `http://127.0.0.1:${PORT}`
const clients: Readonly<Record<string, unknown>>[] = JSON.parse(CLIENTS)
const listener = await createIdentityProvider({ issuer, clients, people: PEOPLE })
createServer(listener).listen(Number(PORT), '127.0.0.1')
