/** One growing buffer for the tensors of a run. `take` gives the same memory again: never hold two at once. */
export class Scratch {
  private buffer = new Float32Array(0)

  /** `length` floats with whatever was left in them. */
  take(length: number): Float32Array {
    if (this.buffer.length < length)
      this.buffer = new Float32Array(length)
    return this.buffer.subarray(0, length)
  }
}
