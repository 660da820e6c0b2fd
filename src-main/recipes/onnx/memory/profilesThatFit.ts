/** A profile on offer, with the memory that a slice of it has. */
export interface OfferedProfile {
  readonly device: string
  readonly deviceName: string
  readonly profile: string
  readonly memoryMiB: number
}

/** Marks each profile by whether a model that needs `totalMiB` would fit into a slice of it; in the order given. */
export function profilesThatFit<Profile extends OfferedProfile>(totalMiB: number, profiles: readonly Profile[]): (Profile & { readonly ok: boolean })[] {
  return profiles.map(profile => ({ ...profile, ok: totalMiB <= profile.memoryMiB }))
}
