import ReactMarkdown from "react-markdown";

/** Markdown without HTML; images are shown as links, because no request may leave the origin. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className="prose-ade">
      <ReactMarkdown
        components={{
          a: ({ children, href }) => (
            <a href={href} rel="noreferrer noopener" target="_blank" className="link">
              {children}
            </a>
          ),
          img: ({ src, alt }) => (
            <a
              href={typeof src === "string" ? src : ""}
              rel="noreferrer noopener"
              target="_blank"
              className="link"
            >
              {alt || "image"}
            </a>
          ),
        }}
      >
        {text}
      </ReactMarkdown>
    </div>
  );
}
