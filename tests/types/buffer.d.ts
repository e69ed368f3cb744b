/** The only type of Node.js that arktype's declarations name, so that these programs need no other types of Node.js. */
declare module "buffer" {
  const file: typeof globalThis.File;

  export { file as File };
}
