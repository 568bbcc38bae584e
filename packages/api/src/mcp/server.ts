import { decideAction } from "@ade/core/identity/service";
import { type CodedError, errors } from "@ade/core/kernel/errors";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  CallToolRequestSchema,
  type CallToolResult,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  type Tool as ToolEntry,
} from "@modelcontextprotocol/sdk/types.js";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/ajv";
import { envelopeOf, failureOf } from "../failure.ts";
import { assertMay } from "../trpc.ts";
import { validationDetails } from "../validation-details.ts";
import { INSTRUCTIONS } from "./instructions.ts";
import { inputSchemaOf, outputSchemaOf } from "./json-schema.ts";
import { listResources, readResource, templatesFor } from "./resources.ts";
import { type KeyContext, proceduresFor, type Tool, type ToolCall } from "./tool.ts";
import { TOOLS } from "./tools.ts";

const INVALID_PARAMS = -32602;
const RESOURCE_NOT_FOUND = -32002;
const REFUSED = -32000;

/** One for all: the SDK makes a compiler of its own for every server, which costs more than an answer. */
const jsonSchemaValidator = new AjvJsonSchemaValidator();

export type McpOptions = {
  context: KeyContext;
  /** Where people open the product, without a slash at the end. */
  publicUrl: string;
  /** Told of every failure that a tool or a resource ended with. */
  onFailure(failure: CodedError, what: string): void;
};

type Progress = (params: { progress: number; total: number; message: string }) => Promise<void>;

/** The MCP server as one caller sees it: made for one request, and good for as many as its transport brings. */
export function createMcpServer(options: McpOptions): Server {
  const { context, onFailure } = options;
  const server = new Server(
    { name: "community-ade", title: "Community ADE", version: "1.0.0", websiteUrl: options.publicUrl },
    { capabilities: { tools: {}, resources: {} }, instructions: INSTRUCTIONS, jsonSchemaValidator },
  );

  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: [...TOOLS.values()].filter((tool) => mayUse(context, tool)).map(entryOf),
  }));

  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const tool = TOOLS.get(params.name);
    if (!tool) {
      const names = [...TOOLS.keys()].join(", ");
      throw new McpError(INVALID_PARAMS, `There is no tool "${params.name.slice(0, 100)}", but ${names}`);
    }
    const token = params._meta?.progressToken;
    const progress: Progress = async (told) => {
      if (token === undefined) return;
      await extra.sendNotification({
        method: "notifications/progress",
        params: { progressToken: token, ...told },
      });
    };
    return callTool(tool, params.arguments ?? {}, extra.signal, progress);
  });

  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: templatesFor(context),
  }));
  server.setRequestHandler(ListResourcesRequestSchema, ({ params }, { signal }) =>
    refusing("resources/list", () => listResources(context, proceduresFor(context, signal), params?.cursor)),
  );
  server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }, { signal }) =>
    refusing("resources/read", () => readResource(proceduresFor(context, signal), uri)),
  );
  return server;

  async function callTool(
    tool: Tool,
    given: unknown,
    gone: AbortSignal,
    tell: Progress,
  ): Promise<CallToolResult> {
    const signal = AbortSignal.any([gone, context.closing]);
    let told = -1;
    const call: ToolCall = {
      context,
      signal,
      procedures: proceduresFor(context, signal),
      link: (taskId) => `${options.publicUrl}/tasks/${taskId}`,
      async progress(seconds, totalSeconds, message) {
        if (seconds <= told) return;
        told = seconds;
        await tell({ progress: seconds, total: totalSeconds, message });
      },
    };
    try {
      assertMay(context, tool.permission);
      const input = tool.input.safeParse(given);
      if (!input.success) {
        throw errors.VALIDATION_ERROR({ details: validationDetails(input.error, given) });
      }
      const answer = await tool.run(input.data, call);
      return {
        structuredContent: answer as Record<string, unknown>,
        content: [{ type: "text", text: JSON.stringify(answer) }],
      };
    } catch (thrown) {
      const failure = failureOf(thrown, given);
      onFailure(failure, tool.name);
      return refusalOf(failure);
    }
  }

  /** A tool's failure is a result that a model reads and acts on. */
  function refusalOf(failure: CodedError): CallToolResult {
    const envelope = envelopeOf(failure, context.where.request_id);
    const { code, message, next, details } = envelope.error;
    const lines = [`${code}: ${message}`, next, details === undefined ? "" : JSON.stringify(details)];
    const text = lines.filter(Boolean).join("\n");
    return { isError: true, structuredContent: envelope, content: [{ type: "text", text }] };
  }

  /** A resource's failure has no result to stand in: it is the protocol's own error, with ours in its data. */
  async function refusing<T>(what: string, work: () => Promise<T>): Promise<T> {
    return work().catch((thrown: unknown) => {
      const failure = failureOf(thrown);
      onFailure(failure, what);
      const { error } = envelopeOf(failure, context.where.request_id);
      throw new McpError(rpcCodeOf(failure), `${failure.message} ${failure.next}`, error);
    });
  }
}

function mayUse(context: KeyContext, tool: Tool): boolean {
  return decideAction(context.matrix, context.actor, tool.permission) !== "no";
}

function rpcCodeOf({ status }: CodedError): number {
  if (status === 404) return RESOURCE_NOT_FOUND;
  return status === 400 ? INVALID_PARAMS : REFUSED;
}

const entries = new Map<string, ToolEntry>();

/** As it is listed; its schemas are made once. */
function entryOf({ name, title, description, annotations, input, output }: Tool): ToolEntry {
  const known = entries.get(name);
  if (known) return known;
  const inputSchema = inputSchemaOf(input) as ToolEntry["inputSchema"];
  const outputSchema = outputSchemaOf(output) as NonNullable<ToolEntry["outputSchema"]>;
  const entry = { name, title, description, annotations, inputSchema, outputSchema };
  entries.set(name, entry);
  return entry;
}
