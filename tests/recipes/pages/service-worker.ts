import { listenTogether } from "../../../docs/recipes/service-worker-page.js";

const heard: string[] = [];
const errors: string[] = [];

Object.assign(window, {
  heard,
  errors,
  async listen(url: string) {
    await navigator.serviceWorker.register("/service-worker.js");
    return listenTogether(
      url,
      ({ type, data, lastEventId }) => heard.push(`${type} ${lastEventId} ${data}`),
      (error) => errors.push(error),
    );
  },
});
