import type {
  AnyMessage,
  AnyRequest,
  RequestPermissionRequest,
  SessionNotification,
} from "@agentclientprotocol/sdk";
import { AGENT_METHODS, CLIENT_METHODS } from "@agentclientprotocol/sdk";

export const PERMISSION = CLIENT_METHODS.session_request_permission;
export const UPDATE = CLIENT_METHODS.session_update;
export const NEW_SESSION = AGENT_METHODS.session_new;
export const PROMPT = AGENT_METHODS.session_prompt;
export const CANCEL = AGENT_METHODS.session_cancel;
export const CANCEL_REQUEST = "$/cancel_request";

type Loose = Record<string, unknown>;

export const isRecord = (value: unknown): value is Loose =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a line says; null where it is no message at all, "batch" for several in one. */
export function readLine(line: Buffer): AnyMessage | "batch" | null {
  const first = line.find((byte) => byte > 32);
  if (first !== 123 && first !== 91) return null;
  try {
    const value: unknown = JSON.parse(line.toString("utf8"));
    if (Array.isArray(value)) return "batch";
    return isRecord(value) ? (value as AnyMessage) : null;
  } catch {
    return null;
  }
}

export const isRequest = (message: AnyMessage): message is AnyRequest =>
  "method" in message && "id" in message && message.id !== undefined;
export const isResponse = (message: AnyMessage): boolean => !("method" in message) && "id" in message;

/** A permission request, as far as a decision needs it; null where it is none. */
export function permissionOf(params: unknown): RequestPermissionRequest | null {
  if (!isRecord(params) || typeof params.sessionId !== "string" || !isRecord(params.toolCall)) return null;
  if (typeof params.toolCall.toolCallId !== "string" || !Array.isArray(params.options)) return null;
  const options = params.options.filter(
    (option) => isRecord(option) && typeof option.optionId === "string" && typeof option.kind === "string",
  );
  return { ...params, options } as unknown as RequestPermissionRequest;
}

/** A session's update, or null. */
export function updateOf(params: unknown): SessionNotification | null {
  if (!isRecord(params) || typeof params.sessionId !== "string" || !isRecord(params.update)) return null;
  return params as unknown as SessionNotification;
}
