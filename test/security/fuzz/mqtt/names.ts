const USERS = '$CONTROL/dynamic-security/v1'

/** Where a client may send, or must not. A device of the fuzzer may send to the first two. */
export const TOPICS = [
  'causeway/publish/fuzz/a',
  'causeway/publish/fuzz/a/b',
  'causeway/publish/fuzz',
  'causeway/publish/secret',
  'causeway/channels/fuzz/a',
  'causeway/channels/secret/a',
  'causeway/signals/fuzz/a',
  USERS,
  `${USERS}/response`,
  '$SYS/broker/version',
  '',
  'causeway/publish/fuzz/+',
  '/'.repeat(300),
]

/** What a client may listen to, or must not. A device of the fuzzer may listen to the first two. */
export const FILTERS = [
  'causeway/channels/fuzz/#',
  'causeway/channels/fuzz/+',
  '#',
  '+/+/+/+',
  'causeway/#',
  'causeway/channels/#',
  'causeway/channels/+/a',
  'causeway/channels/secret/#',
  'causeway/publish/#',
  '$share/g/causeway/channels/#',
  '$share/g/#',
  '$share/g/causeway/channels/secret/a',
  '$SYS/#',
  '$CONTROL/#',
  `${USERS}/response`,
]

/** None of MQTT's filters. */
export const NO_FILTERS = ['', '+/#/a', '#/#', '$share//#', '$share/+/a', '/'.repeat(300)]
