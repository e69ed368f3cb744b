/** The only type of Node.js in arktype's declarations. With it, these programs need no other types of Node.js. */
declare module "buffer" {
  const file: typeof globalThis.File;

  export { file as File };
}
