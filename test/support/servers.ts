import type { Servers } from '../../stack/servers.ts'

/** The addresses of this run's servers. */
export function testServers(): Servers {
  return {
    addresses: JSON.parse(address('CAUSEWAY_TEST_ADDRESSES')),
    databaseUrl: address('CAUSEWAY_TEST_DATABASE_URL'),
    redisUrl: address('CAUSEWAY_TEST_REDIS_URL'),
    mqttUrl: address('CAUSEWAY_TEST_MQTT_URL'),
  }
}

function address(name: string): string {
  const value = process.env[name]
  if (value === undefined)
    throw new Error(`${name} is not set: test/support/globalSetup.ts sets it`)
  return value
}
