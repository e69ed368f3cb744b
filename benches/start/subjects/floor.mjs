/** What the platform takes: the body is read and decoded, and nothing is parsed. @param {Response} response */
export async function first(response) {
  const reader = response.body.getReader();
  const text = new TextDecoder().decode((await reader.read()).value, { stream: true });
  return text.slice("data: ".length, -2);
}
