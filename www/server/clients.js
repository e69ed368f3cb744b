// @ts-check
import { finished } from "node:stream";

/**
 * The clients of one scene: at most `max` at a time, and a count of all that came and went.
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

  /** How many are connected now. */
  get size() {
    return this.#connected - this.#disconnected;
  }

  /**
   * Counts a client until its response is over, whoever ends it. Refuses with 503 when the scene is full.
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

/** Answered as 503 with `Retry-After` by the app's error handler. */
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
