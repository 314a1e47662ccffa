// @ts-check
/** A form's fields sent from a script, with the page's token against forged requests. */

const FAILED = "That did not work: check the connection and try again.";

/**
 * @param {string} address
 * @param {Record<string, string>} fields
 * @returns {Promise<{ok: boolean, message: string, id?: number}>} what the server says of it
 */
export async function post(address, fields = {}) {
  const token = /** @type {HTMLInputElement} */ (document.querySelector("[name=csrfmiddlewaretoken]"));
  const answer = await fetch(address, {
    method: "POST",
    headers: { "X-CSRFToken": token.value, Accept: "application/json" },
    body: new URLSearchParams(fields),
  }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  return { ok: answer?.ok === true, ...(told ?? { message: FAILED }) };
}
