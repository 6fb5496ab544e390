/** For whoever reads the document first. */
export const DESCRIPTION = `Post a message to a channel, and every subscriber gets it over server-sent events, in order, once.

- **Tokens.** With \`AUTH=required\` every request needs an access token. With \`AUTH=open\`, for trying out, nobody needs one: the header \`Causeway-Sender\` says then who posts, and \`Causeway-Sender-Name\` the name to show, percent-encoded.
- **Errors** are \`application/problem+json\`, each with a \`type\` of a closed list.
- **Limits.** Posts, reads and streams are limited per principal and per address. The headers \`RateLimit\` and \`RateLimit-Policy\` say what is left.
- **HEAD** is answered wherever GET is. Any other method that is not described gets 405, and \`Allow\` names those that are.
- **Parameters** that are not described are refused with 400. New members of answers may come: ignore what you do not know.
- The events of streams, and the topics of MQTT, are in \`/asyncapi.json\`.`

/** In the order in which one meets them. */
export const TAGS = [
  { name: 'Posting', description: 'Messages come in.' },
  { name: 'Listening', description: 'Messages go out as they come.' },
  { name: 'Reading', description: 'Past messages, and channels.' },
  {
    name: 'Changing',
    description: 'Edits, deletions and reactions. Each is a message about an earlier one.',
  },
  { name: 'Read markers', description: 'How far people have read, on all their devices.' },
  { name: 'People', description: 'Everything of one person: for admins.' },
  { name: 'Signing in', description: 'The ways to a session. Each answer sets the cookies.' },
  {
    name: 'Identity providers',
    description: 'Signing in where people already do, by OpenID Connect.',
  },
  {
    name: 'Passkeys',
    description:
      'Signing in without a password. For local accounts, at an origin that browsers let have passkeys.',
  },
  { name: 'Own sessions', description: 'What people do with their own sessions.' },
  { name: 'Tokens', description: 'For programs.' },
  { name: 'Administration', description: 'For those who have `admin` on all channels.' },
  { name: 'Grants', description: 'Who may what, by patterns of channels.' },
  {
    name: 'Channels and people',
    description: 'Channels of their own for people: members, titles, direct messages.',
  },
]
