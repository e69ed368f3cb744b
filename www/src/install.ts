import { byId } from "./dom.ts";

/** Sets up the Copy button of the install line, and hides the button if there is no clipboard. */
export function installLine(): void {
  const button = byId("install-copy", HTMLButtonElement);
  if (!navigator.clipboard) {
    button.hidden = true;
    return;
  }
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(byId("install-command").textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    setTimeout(() => {
      button.textContent = "Copy";
    }, 2000);
  });
}
