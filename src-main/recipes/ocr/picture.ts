/** A decoded picture: 8-bit RGB, interleaved, row by row, without padding. */
export interface Picture {
  readonly pixels: Uint8Array
  readonly width: number
  readonly height: number
}
