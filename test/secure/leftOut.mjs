/** The files that `npm test -- --secure` leaves out, each with the reason. */
export const LEFT_OUT = {
  'test/secure.test.ts': 'it starts a secure stack of its own in every run',
}
