/** The cost of the platform: reads and decodes the body, and parses nothing. @param {Response} response */
export async function first(response) {
  const reader = response.body.getReader();
  const text = new TextDecoder().decode((await reader.read()).value, { stream: true });
  return text.slice("data: ".length, -2);
}
