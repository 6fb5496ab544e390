import { options } from 'preact'
import { onNextFrame } from './nextFrame.ts'

/**
 * Draws once a frame, however many messages come. But what a key changes is drawn before the next key: that one may be for a box which
 * the first one opened, and on a slow machine a frame takes longer than people need for a word.
 */
export function drawByFrames(): void {
  let isKey = false
  let waiting: (() => void) | undefined
  const draw = () => {
    const draws = waiting
    waiting = undefined
    draws?.()
  }
  options.debounceRendering = (draws) => {
    waiting = draws
    if (isKey) queueMicrotask(draw)
    else onNextFrame(draw)
  }
  const press = () => {
    // Preact asks for no second drawing while one waits.
    draw()
    isKey = true
    setTimeout(() => (isKey = false))
  }
  window.addEventListener('keydown', press, { capture: true })
}
