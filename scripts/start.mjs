/**
 * Builds the demo page and its event server, and serves them.
 *
 *     npm start
 *
 *   PORT=8081         another port than 8080
 *   SERVERS=http://localhost:3000
 *                     other event servers that the page may connect to: see examples/servers/README.md
 *   --yes             installs missing tools without a question
 */
import { build } from "./build.mjs";
import { serve } from "./lib/demo-server.mjs";
import { main } from "./lib/problem.mjs";
import { setUpBuild } from "./setup.mjs";

await main(async () => {
  await setUpBuild();
  await build({ page: true });
  return serve();
});
