// Puts a disk into an image: reads it in blocks of 512 KiB, leaves out zeros and what the server has, and sends the rest a few at a time. No more
// than those few are in memory.
import { openDisk, BLOCK, DiskError } from "./disk.js";

const AT_ONCE = 4;
const form = document.getElementById("upload");
const pause = document.getElementById("pause");
const [state, refusal] = [document.getElementById("upload-state"), document.getElementById("upload-refusal")];
const canHash = Boolean(globalThis.crypto?.subtle);
let stopping = false;

document.getElementById("without-script").hidden = true;
form.hidden = false;
document.getElementById("hashing").textContent = canHash
  ? "Each block is hashed here, and the server compares it with what has come."
  : "This page has not come by HTTPS, so the browser cannot hash: the server hashes what comes, and what it has of an interrupted upload is not compared with the file.";

class Refused extends Error {
  constructor(status, told) {
    super(told.Message || `The server answered ${status}.`);
    [this.status, this.code, this.request] = [status, told.Code || `Status${status}`, told.Request || ""];
  }
}

const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const isZero = (block) => {
  const words = new BigUint64Array(block.buffer, block.byteOffset, block.byteLength >> 3);
  for (let i = 0; i < words.length; i += 1) if (words[i] !== 0n) return false;
  return true;
};
const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function ask(place, options) {
  const answer = await fetch(place, { credentials: "same-origin", redirect: "error", ...options });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}

// What may pass by itself is tried again: a server that is away or busy.
async function askUntilAnswered(place, options) {
  for (let wait = 500, tries = 0; ; wait = Math.min(wait * 2, 10000), tries += 1) {
    try {
      return await ask(place, options);
    } catch (error) {
      const isPassing = error instanceof TypeError || error.status >= 500 || error.status === 408 || /Throttl|RequestLimit/.test(error.code || "");
      if (!isPassing || stopping || tries >= 8) throw error;
      await rest(wait);
    }
  }
}

function fields(more) {
  const all = new URLSearchParams(new FormData(form));
  for (const [name, value] of Object.entries(more)) all.set(name, value);
  return { method: "POST", body: all };
}

function tell(part, text) {
  document.getElementById("upload-progress").value = Math.floor(part * 100);
  document.getElementById("upload-text").textContent = text;
}

const size = (bytes) => (bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${Math.round(bytes / 2 ** 20)} MiB`);

async function taken(snapshot) {
  const found = new Map();
  for (let from = 0; from !== undefined && from !== null;) {
    const page = await askUntilAnswered(`${form.dataset.place}/${snapshot}/blocks?from=${from}`);
    for (const block of page.Blocks) found.set(block.BlockIndex, block.Checksum);
    from = page.NextBlockIndex;
  }
  return found;
}

async function upload(file) {
  const disk = await openDisk(file);
  const token = form.elements[form.dataset.field].value;
  const begin = { file: file.name, bytes: disk.bytes, modified: file.lastModified };
  const { Snapshot: snapshot } = await askUntilAnswered(form.dataset.begin, fields(begin));
  const there = await taken(snapshot);
  const count = Math.ceil(disk.bytes / BLOCK);
  let [next, done, sent, skipped, blocks] = [0, 0, 0, 0, 0];

  async function worker() {
    while (!stopping && next < count) {
      const index = next++;
      const block = await disk.block(index);
      if (isZero(block) && !there.has(index)) skipped += 1;
      else {
        blocks += 1;
        const checksum = canHash ? base64(await crypto.subtle.digest("SHA-256", block)) : null;
        if (there.has(index) && (!canHash || there.get(index) === checksum)) skipped += 1;
        else {
          const headers = { "X-Form-Token": token, "Content-Type": "application/octet-stream" };
          if (checksum) headers["x-amz-Checksum"] = checksum;
          await askUntilAnswered(`${form.dataset.place}/${snapshot}/blocks/${index}`, { method: "POST", headers, body: block });
          sent += 1;
        }
      }
      done += 1;
      tell(done / count, `${size(done * BLOCK)} of ${size(count * BLOCK)}: ${size(sent * BLOCK)} sent, ${size(skipped * BLOCK)} were zeros or there already`);
    }
  }
  const workers = Array.from({ length: AT_ONCE }, () => worker().catch((error) => { stopping = true; throw error; }));
  const failed = (await Promise.allSettled(workers)).find((outcome) => outcome.status === "rejected");
  if (failed) throw failed.reason;
  if (stopping) { tell(done / count, "Paused. Press Upload to go on."); return; }
  tell(1, "All is there. The image is being made.");
  for (let wait = 200; ; wait = Math.min(wait * 2, 3000)) {
    const told = await askUntilAnswered(`${form.dataset.place}/${snapshot}/completion`, fields({ blocks }));
    if (told.Image) { location.assign(`${told.Image}?notice=registered`); return; }
    if (told.State !== "pending") throw new Refused(400, { Code: "IncorrectState", Message: `The snapshot is ${told.State}.` });
    await rest(wait);
  }
}

form.addEventListener("submit", async (event) => {
  // In place of what other forms do.
  event.preventDefault();
  const file = document.getElementById("disk").files[0];
  if (!file) return;
  stopping = false;
  refusal.hidden = true;
  state.hidden = false;
  pause.hidden = false;
  for (const element of form.elements) element.disabled = element !== pause && element.type !== "hidden" && element.tagName === "BUTTON";
  tell(0, "The disk is being read.");
  try {
    await upload(file);
  } catch (error) {
    const isOurs = error instanceof Refused || error instanceof DiskError;
    document.getElementById("refusal-message").textContent = isOurs ? error.message
      : error instanceof TypeError ? "The server does not answer. Press Upload to go on where it was."
      : `The disk cannot be read: ${error.message}`;
    document.getElementById("refusal-code").textContent = error.code || "NotUploaded";
    document.getElementById("refusal-request").textContent = error.request ? `request ${error.request}` : "";
    refusal.hidden = false;
  } finally {
    pause.hidden = true;
    for (const element of form.elements) element.disabled = false;
  }
});
pause.addEventListener("click", () => { stopping = true; tell(0, "What is on its way is still sent."); });
