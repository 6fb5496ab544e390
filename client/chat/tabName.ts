import { randomId } from '../sdk/randomId.ts'

const KEY = 'causeway.tab'

/** A name for this tab that a reload keeps, and that another tab does not have. Without storage it lasts as long as the page. */
export function tabName(storage: Pick<Storage, 'getItem' | 'setItem'> | undefined): string {
  try {
    const name = storage?.getItem(KEY) ?? randomId()
    storage?.setItem(KEY, name)
    return name
  } catch {
    return randomId()
  }
}
