import { server } from "./server.js";

export const connection = await server.accept();
