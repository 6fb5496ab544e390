/** A hidden page has no frames, and one that becomes hidden gets none any more. */
const HIDDEN_MS = 100
const VISIBLE_MS = 300

/** Calls once: at the next frame, or after a while if there is none. */
export function onNextFrame(call: () => void): void {
  const once = () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    call()
  }
  const frame = requestAnimationFrame(once)
  // Not sooner while the page is visible: a frame that is late would get the work of two.
  const timer = setTimeout(once, document.hidden ? HIDDEN_MS : VISIBLE_MS)
}

/** Resolves at the next frame, after what was to be drawn in it. */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => onNextFrame(resolve))
}
