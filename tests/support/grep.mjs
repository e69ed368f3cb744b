/** The pattern for names of tests to run, set by `npm test -- --grep`. */
const { TEST_GREP } = process.env;
const pattern = TEST_GREP ? new RegExp(TEST_GREP, "i") : undefined;

/** Whether a test with this name is to run. @param {string} name */
export const isWanted = (name) => pattern?.test(name) ?? true;
