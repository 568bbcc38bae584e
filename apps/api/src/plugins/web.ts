import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { errors } from "@ade/core/kernel/errors";
import httpProxy from "@fastify/http-proxy";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { compressAssets } from "../compress-assets.ts";
import { WAITING_PAGE, WAITING_POLICY } from "../waiting-page.ts";
import { sendFailure } from "./error-answers.ts";

const ASSETS = fileURLToPath(new URL("../../../web/.next/static", import.meta.url));
const YEAR_MS = 31_536_000_000;
/** A page that takes longer is not coming. */
const PAGE_TIMEOUT_MS = 30_000;

/**
 * Everything that is not the API is the dashboard's: its assets straight from the disk, compressed ahead and kept for
 * ever (their names change with their content), the rest passed to the web server. Without one, nothing is there.
 */
export async function addWeb(
  app: FastifyInstance,
  options: { webUrl: string | undefined; assets?: string },
): Promise<void> {
  app.all("/api/*", { schema: { hide: true } }, (request, reply) =>
    sendFailure(request, reply, errors.NOT_FOUND({ message: "There is nothing at this address." })),
  );
  const { webUrl, assets = ASSETS } = options;
  if (webUrl === undefined) return;

  if (existsSync(assets)) {
    await app.register(fastifyStatic, {
      root: assets,
      prefix: "/_next/static/",
      immutable: true,
      maxAge: YEAR_MS,
      preCompressed: true,
      index: false,
      dotfiles: "deny",
      decorateReply: false,
    });
    compressAssets(assets).catch((error: unknown) =>
      app.log.warn({ err: error }, "assets were not compressed ahead; they are sent as they are"),
    );
  }

  await app.register(async (pages) => {
    // Bodies are passed on as they came, not read.
    pages.removeAllContentTypeParsers();
    await pages.register(httpProxy, {
      upstream: webUrl,
      prefix: "/",
      websocket: false,
      http: { requestOptions: { timeout: PAGE_TIMEOUT_MS } },
      replyOptions: {
        onError: (reply) => {
          reply
            .code(503)
            .headers({
              "content-type": "text/html; charset=utf-8",
              "content-security-policy": WAITING_POLICY,
              "cache-control": "no-store",
              "retry-after": "2",
            })
            .send(WAITING_PAGE);
        },
      },
    });
  });
}
