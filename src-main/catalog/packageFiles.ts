import type { PackageSource } from './definitions'
import type { TarballOptions } from './packageTarball'
import type { Take, WantedFile } from './tarballFiles'
import { withPackageTarball } from './packageTarball'
import { readTarball } from './tarballFiles'

/**
 * Fetches a package and hands the contents of the wanted files to `take`. The tarball is verified before any of it is
 * read, and is gone afterwards.
 *
 * @throws TrancheError as `withPackageTarball` and `readTarball` do, and whatever `take` throws
 */
export async function fetchPackageFiles<F extends WantedFile>(
  source: PackageSource,
  wanted: readonly F[],
  take: Take<F>,
  options: TarballOptions,
): Promise<void> {
  await withPackageTarball(source, options, tarball => readTarball(tarball, wanted, take, options.signal))
}
