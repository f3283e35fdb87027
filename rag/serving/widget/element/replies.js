// @ts-check
/** @param {any} value */
export const list = (value) => (Array.isArray(value) ? value.filter(Boolean) : []);

/** @param {any} answer @returns {Answer} */
export const whole = (answer) => ({ ...answer, answer: String(answer.answer ?? ""), claims: list(answer.claims), citations: list(answer.citations) });

export class Failure extends Error {
  /** @param {string} code @param {string} [detail] @param {number} [status] */
  constructor(code, detail = "", status = 0) {
    super(detail || code);
    this.code = code;
    this.detail = detail;
    this.status = status;
  }
}

/** @param {any} problem @param {number} status */
export const failure = (problem, status) => {
  const code = status === 401 || status === 0 ? "signin" : status === 429 || status === 503 ? "wait" : "failed";
  const id = problem?.request_id;
  return new Failure(code, [problem?.detail || problem?.title, id && `(${id})`].filter(Boolean).join(" "), status);
};

/** @param {AbortSignal} signal @returns {Promise<never>} */
export const ended = (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

/** The events of an event stream. A garbled one is dropped: `done` carries the whole answer.
 * @param {ReadableStream<Uint8Array>} body @param {() => void} alive */
export async function* events(body, alive) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "", event = "", data = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    alive();
    const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("event:")) event = line.slice(6).trim();
      else if (line.startsWith("data:")) data += line.slice(5) + "\n";
      else if (!line) {
        let parsed;
        try {
          parsed = JSON.parse(data);
        } catch {}
        if (parsed && typeof parsed === "object") yield { event, data: parsed };
        event = data = "";
      }
    }
  }
}

/** A text cut at its markers: strings, and the numbers of citations. "[2]" inside a claim is the document's own and stays text.
 * @param {string} text @param {Claim[]} claims @param {Citation[]} citations */
export const pieces = (text, claims, citations) => {
  const own = [];
  let from = 0;
  for (const { text: claim } of claims) {
    const at = claim ? text.indexOf(claim, from) : -1;
    if (at >= 0) own.push([at, (from = at + claim.length)]);
  }
  const result = [];
  from = 0;
  for (const match of text.matchAll(/\[(\d+)\]/g)) {
    const id = Number(match[1]);
    if (own.some(([start, end]) => match.index >= start && match.index < end) || !citations.some((c) => c.id === id)) continue;
    result.push(text.slice(from, match.index), id);
    from = match.index + match[0].length;
  }
  return [...result, text.slice(from)];
};

/** The questions of an attribute: JSON, or texts between bars. @param {string?} text @returns {string[]?} */
export const suggestions = (text) => {
  if (text == null) return null;
  try {
    return list(JSON.parse(text)).map(String);
  } catch {
    return text.split("|").map((part) => part.trim()).filter(Boolean);
  }
};
