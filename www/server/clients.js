// @ts-check
import { finished } from "node:stream";

/**
 * Limits the clients of a scene to `max` at once, and counts all connects and disconnects.
 */
export class Clients {
  #connected = 0;
  #disconnected = 0;

  /**
   * @param {string} scene
   * @param {number} max
   */
  constructor(scene, max) {
    this.scene = scene;
    this.max = max;
  }

  /** The number of connected clients. */
  get size() {
    return this.#connected - this.#disconnected;
  }

  /**
   * Counts a client until either side ends its response. Throws `SceneFull` if the scene is full.
   *
   * @param {import("fastify").FastifyReply} reply
   */
  admit(reply) {
    if (this.size >= this.max) throw new SceneFull(this.scene, this.max);
    this.#connected += 1;
    finished(reply.raw, () => {
      this.#disconnected += 1;
    });
  }

  report() {
    return { clients: this.size, max: this.max, connected: this.#connected, disconnected: this.#disconnected };
  }
}

/** The error of a full scene. The app's error handler responds with 503 and `Retry-After`. */
export class SceneFull extends Error {
  statusCode = 503;
  code = "SCENE_FULL";
  retryAfter = 5;

  /**
   * @param {string} scene
   * @param {number} max
   */
  constructor(scene, max) {
    super(`The ${scene} scene is full: ${max} ${max === 1 ? "client" : "clients"} at most. Try again in 5 s.`);
  }
}
