import type { Ref } from 'preact'
import { Icon, type IconName } from './Icon.tsx'

interface IconButtonProps {
  icon: IconName
  label: string
  press: (event: MouseEvent) => void
  /** Whether it is on; undefined for one that is not a switch. */
  pressed?: boolean | undefined
  expanded?: boolean
  class?: string
  id?: string
  buttonRef?: Ref<HTMLButtonElement>
}

/** A button that shows an icon, and has words for whoever points at it or hears it. */
export function IconButton(props: IconButtonProps) {
  const { icon, label, press, pressed, expanded, id, buttonRef } = props
  return (
    <button
      type="button"
      class={`icon-button ${props.class ?? ''}`}
      aria-label={label}
      title={label}
      onClick={press}
      {...(id !== undefined && { id })}
      {...(buttonRef !== undefined && { ref: buttonRef })}
      {...(pressed !== undefined && { 'aria-pressed': pressed })}
      {...(expanded !== undefined && { 'aria-expanded': expanded })}
    >
      <Icon name={icon} />
    </button>
  )
}
