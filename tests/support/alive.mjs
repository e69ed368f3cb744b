/** Tells whoever runs this test file that it goes on, though no test of it has ended: a file that is silent is stopped. */
export const alive = () => process.send?.({ type: "alive" });
