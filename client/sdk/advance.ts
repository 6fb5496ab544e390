import { begin, end, leave, reopen, renewal, tick, wait } from './streamPauses.ts'
import { isMissing, receive, resumeAfter } from './continuity.ts'
import { cover } from './streamPlaces.ts'
import type { Input, Step, StreamState } from './streamState.ts'

/** What an input does to a stream. */
export function advance(state: StreamState, input: Input): Step {
  if (state.phase === 'closed' || state.phase === 'refused') return [state, []]
  switch (input.is) {
    case 'ready':
      return [begin(resumeAfter(state, input), input.ready), []]
    case 'message': {
      const missingAfter = isMissing(state, input.message)
      // `since` still names the last delivered message: a new source gets what this one left out.
      return missingAfter === undefined
        ? receive(state, input)
        : wait({ ...state, missingAfter }, input, 'missing')
    }
    case 'heartbeat': {
      const { position } = input.heartbeat
      const places = position === undefined ? state.places : cover(state.places, position)
      return [{ ...resumeAfter(state, input, position), places }, []]
    }
    case 'gap': {
      const { channel, before } = input.gap
      const lost = { ...state.lost, [channel]: before - 1 }
      return [{ ...resumeAfter(state, input), lost }, [{ do: 'gap', gap: input.gap }]]
    }
    case 'reset':
      return [{ ...state, phase: 'closed' }, [{ do: 'close' }, { do: 'reset', reset: input.reset }]]
    case 'presence':
      return [state, [{ do: 'presence', presence: input.presence }]]
    case 'signal':
      return [state, [{ do: 'signal', signal: input.signal }]]
    case 'goodbye':
      return leave(resumeAfter(state, input), input)
    case 'retry':
      return [{ ...state, retryMs: input.ms }, []]
    case 'ended':
      return end(state, input)
    case 'renewed':
      return renewal(state, input)
    case 'tick':
      return tick(state, input.at)
    case 'offline':
      return [{ ...state, online: false }, []]
    case 'online':
      // The old connection belongs to a network that is gone; it would stay silent for long.
      return state.online && state.phase !== 'waiting' && state.by === 'stream'
        ? [state, []]
        : reopen({ ...state, by: 'stream', online: true }, input.at)
    case 'retryNow':
      return state.phase === 'waiting' ? reopen(state, input.at) : [state, []]
    case 'close':
      return [{ ...state, phase: 'closed' }, [{ do: 'close' }]]
  }
}
