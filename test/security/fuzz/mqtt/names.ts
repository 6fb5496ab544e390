const USERS = '$CONTROL/dynamic-security/v1'

/** Where a client may send, or must not. The devices of these names may send to the first two. */
export const TOPICS = [
  'causeway/publish-as/device:may-0/fuzz/a',
  'causeway/publish-as/device:may-1/fuzz/a/b',
  'causeway/publish-as/device:none-0/fuzz/a',
  'causeway/publish-as/device:may-0/fuzz',
  'causeway/publish/fuzz/a',
  'causeway/publish/fuzz/device-may-0',
  'causeway/publish/secret',
  'causeway/channels/fuzz/a',
  'causeway/channels/secret/a',
  'causeway/signals/fuzz/a',
  USERS,
  `${USERS}/response`,
  '$SYS/broker/version',
  '',
  'causeway/receipts/device:may-0',
  'causeway/sessions/a',
  'causeway/publish-as/device:may-0/fuzz/+',
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
  'causeway/publish-as/#',
  'causeway/receipts/#',
  'causeway/sessions/#',
  '$share/ingest/causeway/publish-as/#',
  '$share/g/causeway/channels/#',
  '$share/g/#',
  '$share/g/causeway/channels/secret/a',
  '$SYS/#',
  '$CONTROL/#',
  `${USERS}/response`,
]

/** None of MQTT's filters. */
export const NO_FILTERS = ['', '+/#/a', '#/#', '$share//#', '$share/+/a', '/'.repeat(300)]
