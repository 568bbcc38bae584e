import { createTransport } from "nodemailer";

export type MailSettings = {
  /** smtp://user:password@host:587 or smtps://…; null: no mail is sent. */
  readonly smtpUrl: string | null;
  /** Who it comes from: an address, or `Name <address>`. */
  readonly from: string;
};

export type Mail = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

/** `final`: trying again would change nothing. */
export type Mailed = { readonly error: null } | { readonly error: string; readonly final: boolean };

export type Mailer = { readonly works: boolean; send(mail: Mail): Promise<Mailed>; close(): void };

const TIMEOUT_MS = 15_000;

/** Mail by SMTP. Errors come back in words without addresses. */
export function createMailer({ smtpUrl, from }: MailSettings): Mailer {
  if (smtpUrl === null) {
    return {
      works: false,
      send: async () => ({ error: "No mail server is set.", final: true }),
      close: () => undefined,
    };
  }
  const { hostname, port, protocol, username, password, searchParams } = new URL(smtpUrl);
  const secure = protocol === "smtps:";
  const transport = createTransport({
    pool: true,
    maxConnections: 3,
    host: hostname,
    port: Number(port) || (secure ? 465 : 587),
    secure,
    // Off by ?tls=off, for a relay on the same machine that speaks no TLS.
    ...(searchParams.get("tls") === "off" ? { ignoreTLS: true } : {}),
    ...(username ? { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } } : {}),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
  return {
    works: true,
    async send(mail) {
      try {
        await transport.sendMail({ ...mail, from, headers: { "Auto-Submitted": "auto-generated" } });
        return { error: null };
      } catch (error) {
        return failureOf(error);
      }
    },
    close: () => transport.close(),
  };
}

function failureOf(error: unknown): Mailed {
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  if (code === "EAUTH") return { error: "The mail server refused the sign-in.", final: false };
  const final = responseCode !== undefined && responseCode >= 500;
  const what = responseCode ? `answered ${responseCode}` : `could not be reached${code ? ` (${code})` : ""}`;
  return { error: `The mail server ${what}.`, final };
}

/** A notification as a letter. `link` is whole; `settings` leads to where it can be switched off. */
export function letter(message: {
  title: string;
  body: string;
  link: string;
  settings: string;
}): Omit<Mail, "to"> {
  const { title, body, link, settings } = message;
  const foot = "You get this because of your notification settings";
  return {
    subject: title,
    text: [title, body, link, `-- \n${foot}: ${settings}`].filter(Boolean).join("\n\n"),
    html: `<p><strong>${escaped(title)}</strong></p>${body ? `<p>${escaped(body)}</p>` : ""}<p><a href="${escaped(link)}">Open in Community ADE</a></p><p style="color:#666;font-size:12px">${foot}: <a href="${escaped(settings)}">change them</a>.</p>`,
  };
}

const SIGNS: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => SIGNS[sign]!);
}
