import NextDocument, {
  type DocumentContext,
  type DocumentInitialProps,
  Head,
  Html,
  Main,
  NextScript,
} from "next/document";

import { THEME_SCRIPT } from "#lib/theme.ts";

type Props = DocumentInitialProps & { nonce: string; early: string[] };

/** The reads that each entry page starts with; the same addresses as lib/api.ts makes. */
function earlyReads(path: string): string[] {
  const inbox = encodeURIComponent(JSON.stringify({ section: "needs_you", limit: 100 }));
  const me = "/api/trpc/me";
  if (path === "/approvals") return [me, `/api/trpc/views.inbox?input=${inbox}`];
  return path === "/sign-in" || path === "/accept" ? [] : [me];
}

export default class Document extends NextDocument<Props> {
  static override async getInitialProps(context: DocumentContext): Promise<Props> {
    const nonce = context.req?.headers["x-nonce"];
    return {
      ...(await NextDocument.getInitialProps(context)),
      nonce: typeof nonce === "string" ? nonce : "",
      early: context.query.section || context.query.q ? [] : earlyReads(context.pathname),
    };
  }

  override render() {
    const { nonce, early } = this.props;
    const reads = `window.__early={};for(const u of ${JSON.stringify(early)})(window.__early[u]=fetch(u)).catch(()=>{})`;
    return (
      <Html lang="en" suppressHydrationWarning>
        <Head nonce={nonce}>
          <link rel="icon" href="/icon.svg" type="image/svg+xml" />
          {/* biome-ignore lint/security/noDangerouslySetInnerHtml: our own text, with the page's nonce */}
          <script nonce={nonce} dangerouslySetInnerHTML={{ __html: THEME_SCRIPT + reads }} />
        </Head>
        <body>
          <Main />
          <NextScript nonce={nonce} />
        </body>
      </Html>
    );
  }
}
