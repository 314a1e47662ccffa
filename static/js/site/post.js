// @ts-check
/** A form's fields, or a picture, sent from a script, with the page's token against forged requests. */

const FAILED = "That did not work: check the connection and try again.";

/**
 * @param {string} address
 * @param {Record<string, string> | Blob} content
 * @returns {Promise<{ok: boolean, message: string, id?: number, faces?: number}>} what the server says of it
 */
export async function post(address, content = {}) {
  const token = /** @type {HTMLInputElement} */ (document.querySelector("[name=csrfmiddlewaretoken]"));
  const answer = await fetch(address, {
    method: "POST",
    headers: { "X-CSRFToken": token.value, Accept: "application/json" },
    body: content instanceof Blob ? content : new URLSearchParams(content),
  }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  return { ok: answer?.ok === true, ...(told ?? { message: FAILED }) };
}
