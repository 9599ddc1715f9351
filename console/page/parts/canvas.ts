// What a canvas cannot know by itself: the colours of the style sheet, the pixels of the screen,
// and whether the visitor wants things to move.

/** The colour that the class gives, in the theme that holds now. */
export function colourIn(element: HTMLElement, name: string): string {
  const probe = document.createElement('i')
  probe.className = `line-key ${name}`
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

/** As large as it stands on the page, sharp on any screen; undefined while it has no size. */
export function sizedPen(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D | undefined {
  const pen = canvas.getContext('2d')
  if (pen === null || width === 0) return undefined
  const ratio = devicePixelRatio
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide
    canvas.height = high
  }
  pen.setTransform(ratio, 0, 0, ratio, 0, 0)
  pen.clearRect(0, 0, width, height)
  return pen
}

export function wantsMotion(): boolean {
  return !matchMedia('(prefers-reduced-motion: reduce)').matches
}
