/** Notifies the runner that this test file makes progress. The runner stops a file that is silent for too long. */
export const alive = () => process.send?.({ type: "alive" });
