import { options } from 'preact'
import { onNextFrame } from './nextFrame.ts'

/**
 * Draws once a frame, however many messages come. But what a key or a click changes is drawn before the next key: that one may be for a
 * box which they opened, and on a slow machine a frame takes longer than people need for a word.
 */
export function drawByFrames(): void {
  let isPressed = false
  let waiting: (() => void) | undefined
  const draw = () => {
    const draws = waiting
    waiting = undefined
    draws?.()
  }
  options.debounceRendering = (draws) => {
    waiting = draws
    if (isPressed) queueMicrotask(draw)
    else onNextFrame(draw)
  }
  const press = () => {
    // Preact asks for no second drawing while one waits.
    draw()
    isPressed = true
    setTimeout(() => (isPressed = false))
  }
  for (const kind of ['keydown', 'click']) window.addEventListener(kind, press, { capture: true })
}
