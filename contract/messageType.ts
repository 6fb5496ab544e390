/** A message's type: a word of the sender's choice. */
export const MESSAGE_TYPE = /^[A-Za-z0-9_.:-]{1,64}$/
