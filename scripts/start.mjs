/** Serves the demo page with its event server, after setting up and building what is not up to date. */
import { build } from "./build.mjs";
import { serve } from "./lib/demo-server.mjs";
import { main } from "./lib/problem.mjs";
import { setUpBuild } from "./setup.mjs";

await main(async () => {
  await setUpBuild();
  await build({ page: true });
  return serve();
});
