/** Characters: code points. A longest one, because hashing takes longer the longer it is. */
const MIN_PASSWORD = 8
const MAX_PASSWORD = 256

/** The same text, however a keyboard composes its accents: RFC 8265 asks for this form too. */
export function normalPassword(password: string): string {
  return password.normalize('NFKC')
}

/** Why nobody should have this password; undefined if it will do. No rule on kinds of characters: it only makes people predictable. */
export function passwordMistake(password: string, name: string): string | undefined {
  const normal = normalPassword(password)
  const { length } = Array.from(normal)
  if (length < MIN_PASSWORD || length > MAX_PASSWORD) {
    return `must be ${MIN_PASSWORD} to ${MAX_PASSWORD} characters`
  }
  if (!normal.isWellFormed()) return 'must be text'
  const lower = normal.toLowerCase()
  if (COMMON.has(lower) || new Set(lower).size < 3) return 'is one of the first that are tried'
  // What is left without the name must be a password by itself.
  const rest = name === '' ? lower : lower.replaceAll(name.toLowerCase(), '')
  if (Array.from(rest).length < MIN_PASSWORD - 2 && rest !== lower)
    return 'is too much like the name'
  return undefined
}

/** The most common ones of eight characters and more in lists of leaked passwords. */
const COMMON = new Set(
  `12345678 123456789 1234567890 password password1 password123 passw0rd p@ssw0rd p@ssword qwertyuiop qwerty123 qwerty12 1q2w3e4r
1q2w3e4r5t 1qaz2wsx zaq12wsx qazwsxedc q1w2e3r4 asdfghjk asdfghjkl zxcvbnm1 qwertyui 11111111 00000000 88888888 87654321 987654321
0987654321 123123123 12341234 11223344 112233445566 147258369 123654789 789456123 123456781 12345679 1234567a a1234567 a12345678
abcd1234 abc12345 abcdefgh abcdefg1 abc123456 aa123456 aa12345678 iloveyou iloveyou1 sunshine princess princess1 football football1
baseball baseball1 basketball superman superman1 batman123 spiderman starwars pokemon1 trustno1 whatever michelle jennifer jessica1
charlie1 michael1 jordan23 computer internet samsung1 liverpool liverpool1 chelsea1 manchester barcelona realmadrid changeme
letmein1 letmein123 welcome1 welcome123 admin123 administrator root1234 master123 dragon123 monkey123 shadow12 qwe123qwe q1w2e3r4t5
asdasdasd asdf1234 test1234 testtest guest123 secret123 passwort passwort1 hallo123 schatzi1 sommer2024 summer2024 winter2024
correcthorsebatterystaple causeway causeway1 causeway123`.split(/\s+/),
)
