/** Makes a box as high as its text. */
export function grow(box: HTMLTextAreaElement | null): void {
  if (box === null) return
  box.style.height = 'auto'
  box.style.height = `${box.scrollHeight}px`
}

/**
 * Whether a key belongs to an input method, which composes a word. Safari ends the word before the Enter that accepts it; only the old
 * key code tells then.
 */
export function isComposing({ isComposing: composing, keyCode }: KeyboardEvent): boolean {
  return composing || keyCode === 229
}
