/** All limits per address, off; also the quotas, which count an address if nobody signs in. */
const NO_ADDRESS_LIMITS = {
  POSTS_PER_MINUTE_PER_ADDRESS: '0',
  HISTORY_BYTES_PER_MINUTE_PER_ADDRESS: '0',
  NEW_CHANNELS_PER_DAY: '0',
  STORED_BYTES_PER_DAY: '0',
  MAX_STREAMS_PER_ADDRESS: '0',
  MAX_CHANNELS_PER_ADDRESS: '0',
  STREAMS_PER_SECOND_PER_ADDRESS: '0',
  STREAMS_PER_MINUTE_PER_ADDRESS: '0',
  SIGN_INS_PER_ADDRESS: '0',
  SIGNALS_PER_MINUTE_PER_ADDRESS: '0',
}

/** For load: nothing is limited but what a gateway as a whole can carry. */
export const NO_LIMITS = {
  ...NO_ADDRESS_LIMITS,
  POSTS_PER_MINUTE: '0',
  HISTORY_BYTES_PER_MINUTE: '0',
  MAX_STREAMS_PER_PRINCIPAL: '0',
  MAX_CHANNELS_PER_PRINCIPAL: '0',
  STREAMS_PER_MINUTE: '0',
  SIGNALS_PER_MINUTE: '0',
}

/** The limits of a stack that listens on this host. On loopback all clients have one address, so it tells nobody apart. */
export function limitsFor(host: string): NodeJS.ProcessEnv {
  return /^(127\.|::1$|localhost$)/.test(host) ? NO_ADDRESS_LIMITS : {}
}
