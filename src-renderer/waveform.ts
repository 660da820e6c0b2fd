const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600].map(seconds => seconds * 1000)
const tickWidth = 80

/** Times in milliseconds for the axis under a waveform: round steps, not closer than their labels are wide. */
export function timeTicks(durationMs: number, width: number): number[] {
  const step = steps.find(each => each / durationMs * width >= tickWidth) ?? steps[steps.length - 1]
  return Array.from({ length: Math.floor(durationMs / step) + 1 }, (_, index) => index * step)
}

/** Draws peaks (0 to 1) as bars around the middle, in the colours of the page, sharp on dense screens. */
export function drawWaveform(canvas: HTMLCanvasElement, { width, height, peaks }: { readonly width: number, readonly height: number, readonly peaks: readonly number[], readonly theme: string }): void {
  const density = window.devicePixelRatio
  canvas.width = width * density
  canvas.height = height * density
  const context = canvas.getContext('2d')
  if (!context)
    return
  context.scale(density, density)
  context.fillStyle = getComputedStyle(canvas).color
  const bars = Math.min(peaks.length, Math.floor(width / 2))
  const perBar = peaks.length / bars
  for (let bar = 0; bar < bars; bar++) {
    const loudest = peaks.slice(Math.floor(bar * perBar), Math.max(Math.floor(bar * perBar) + 1, Math.floor((bar + 1) * perBar))).reduce((a, b) => Math.max(a, b), 0)
    const half = Math.max(0.5, loudest * (height / 2 - 6))
    context.fillRect(bar * width / bars, height / 2 - half, Math.max(1, width / bars - 1), half * 2)
  }
}
