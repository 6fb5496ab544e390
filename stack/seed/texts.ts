import { Random } from '../../test/model/random.ts'

/** Words that search finds, the first ones most often. */
const WORDS =
  `the a to and we it is in for on of you this that with at have not are be was but from order can
ready please room door train meeting today tomorrow coffee lunch invoice customer delivery truck pallet sensor reading temperature pressure
valve pump alarm warning green red blue north south station platform ticket seat window battery level charge route driver harbour crane
container weight customs paper label scanner printer server backup release deploy test review branch merge failure restart network cable
switch router garden river bridge market baker bread apple orange honey butter winter summer morning evening Berlin Lisbon Oslo Prague
thanks sorry maybe later soon done started finished waiting calling answer question number address`.split(
    /\s+/,
  )

/** Texts of 2 to 60 words, most of them short. They are the same each time, so that a search for a phrase always finds as much. */
export function makeTexts(count: number): string[] {
  const random = new Random(1)
  return Array.from({ length: count }, () => {
    const length = Math.floor(2 * 30 ** random.next())
    return Array.from({ length }, () => word(random)).join(' ')
  })
}

function word(random: Random): string {
  return WORDS[Math.floor(WORDS.length ** random.next()) - 1] ?? 'the'
}
