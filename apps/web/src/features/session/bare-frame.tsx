import Head from "next/head";
import type { ReactNode } from "react";
import { BrandMark } from "#components/shell/brand.tsx";

/** A page without navigation: the gate, and one thing to do. */
export function BareFrame({
  title,
  lead,
  children,
}: {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
}) {
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <Head>
        <title>{`${title} · Community ADE`}</title>
      </Head>
      <div className="w-full max-w-84">
        <div className="mb-6 flex items-center gap-2.5">
          <BrandMark size={24} />
          <span className="text-base font-semibold tracking-tight">Community ADE</span>
        </div>
        <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
        {lead && <p className="mt-1 text-ink-2">{lead}</p>}
        <div className="mt-5">{children}</div>
      </div>
    </main>
  );
}
