import type { FunctionComponent } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { pause } from '../sdk/pause.ts'

/** A component whose code comes when it is first drawn. */
export function lazy<P extends object>(
  load: () => Promise<FunctionComponent<P>>,
): FunctionComponent<P> {
  let loaded: FunctionComponent<P> | undefined
  return function Lazy(props: P) {
    const [, draw] = useState({})
    useEffect(() => {
      if (loaded !== undefined) return
      void (async () => {
        try {
          loaded = await load()
          draw({})
        } catch {
          // The files of this version are gone, or the network is. Nothing is lost: what was not sent is kept.
          await pause(2_000)
          location.reload()
        }
      })()
    }, [])
    const Loaded = loaded
    return Loaded === undefined ? null : <Loaded {...props} />
  }
}
