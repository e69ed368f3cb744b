/** Whether a test with this name is to run: `npm test -- --grep` sets the variable. */
const { TEST_GREP } = process.env;
const pattern = TEST_GREP ? new RegExp(TEST_GREP, "i") : undefined;

/** @param {string} name */
export const isWanted = (name) => pattern?.test(name) ?? true;
