/**
 * Builds the tarball of the npm package, as it would be published.
 *
 *     npm run pack
 */
import { build } from "./build.mjs";
import { main } from "./lib/problem.mjs";
import { step } from "./lib/progress.mjs";
import { packNpmPackage } from "./release/packages.mjs";
import { setUpBuild } from "./setup.mjs";

await main(async () => {
  await setUpBuild();
  await build({ page: false });
  const { tarball } = await step("npm: the package", (note) => packNpmPackage(note));
  console.log(`\nnpm install ${tarball}`);
});
