/** The files and folders with whole stacks that `npm test -- --secure` leaves out, each with the reason. */
export const LEFT_OUT = {
  'test/secure.test.ts': 'it starts a secure stack of its own in every run',
  'test/faults.test.ts':
    'its proxies cut and forge what services send, which TLS would hide from them',
  'test/deploy': 'npm run test:deploy runs them with tools of their own, and TLS among them',
}
