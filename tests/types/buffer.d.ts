/** What arktype's declarations name of Node.js, so that these programs do without the rest of it. */
declare module "buffer" {
  const file: typeof globalThis.File;

  export { file as File };
}
