import { createContext } from 'preact'
import { useContext } from 'preact/hooks'

/** Whether Tab gets to what is in a message: only to what is in the one that the reader is on, because a page has hundreds of links. */
export const Reachable = createContext(true)

export function useTabIndex(): 0 | -1 {
  return useContext(Reachable) ? 0 : -1
}
