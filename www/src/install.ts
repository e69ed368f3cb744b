import { byId } from "./dom.ts";

/** The Copy button of the install line; it goes where the clipboard is not allowed. */
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
