import NextDocument, {
  type DocumentContext,
  type DocumentInitialProps,
  Head,
  Html,
  Main,
  NextScript,
} from "next/document";
import { contentSecurityPolicy } from "#lib/content-security-policy.ts";
import { isServed } from "#lib/first-read.ts";
import { FIRST_READS } from "#lib/first-reads.ts";
import { THEME_SCRIPT } from "#lib/theme.ts";

type Props = DocumentInitialProps & { nonce: string; early: readonly string[] };

/** The reads that each entry page sends before its scripts are there. */
function earlyReads(path: string): readonly string[] {
  if (path === "/approvals") return FIRST_READS.approvals;
  return path === "/sign-in" || path === "/accept" ? [] : FIRST_READS.others;
}

/**
 * One nonce a page, made here and not in a proxy: where there is one, the router asks it before every navigation,
 * which costs a round trip and fails while the server is away.
 */
export default class Document extends NextDocument<Props> {
  static override async getInitialProps(context: DocumentContext): Promise<Props> {
    const nonce = btoa(crypto.randomUUID());
    const { res, query, pathname } = context;
    if (res && !res.headersSent) {
      res.setHeader(
        "content-security-policy",
        contentSecurityPolicy(nonce, process.env.NODE_ENV === "development"),
      );
      res.setHeader("x-content-type-options", "nosniff");
      res.setHeader("referrer-policy", "same-origin");
      res.setHeader("cache-control", "private, no-store");
    }
    const rendered = await NextDocument.getInitialProps(context);
    const isEarly = !isServed(context.req) && Object.keys(query).every((name) => name === "item");
    return { ...rendered, nonce, early: isEarly ? earlyReads(pathname) : [] };
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
