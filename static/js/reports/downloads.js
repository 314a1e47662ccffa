// @ts-check
/** A download that takes seconds: the page says that it is being made, then gives the file. */

const status = /** @type {HTMLElement} */ (document.getElementById("download-status"));

/** @param {HTMLAnchorElement} link */
async function download(link) {
  link.setAttribute("aria-disabled", "true");
  status.hidden = false;
  status.textContent = `Making ${link.textContent?.trim()}: this takes some seconds, and classes go on meanwhile …`;
  const answer = await fetch(link.href).catch(() => null);
  if (answer?.ok) {
    const file = document.createElement("a");
    file.href = URL.createObjectURL(await answer.blob());
    file.download = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "export";
    file.click();
    URL.revokeObjectURL(file.href);
    status.textContent = `${file.download} is ready.`;
  } else {
    status.textContent = "The file could not be made. Try again, and tell whoever runs this site if it stays so.";
  }
  link.removeAttribute("aria-disabled");
}

for (const link of document.querySelectorAll("a[data-takes-seconds]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    if (link.getAttribute("aria-disabled") !== "true") download(/** @type {HTMLAnchorElement} */ (link));
  });
}
