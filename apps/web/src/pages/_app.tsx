import "#styles/globals.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import type { NextPage } from "next";
import NextApp, { type AppContext, type AppInitialProps, type AppProps } from "next/app";
import Head from "next/head";
import { useEffect, useState } from "react";
import { Shell } from "#components/shell/shell.tsx";
import { Toasts } from "#components/ui/toasts.tsx";
import { watchConnection } from "#lib/connection.ts";
import type { FirstRead } from "#lib/first-read.ts";
import { createQueryClient } from "#lib/query-client.ts";
import { RenderedAt } from "#lib/server-time.ts";

/** A page that stands alone, without navigation and session: sign-in, invite links. */
export type BarePage = NextPage & { bare?: true };
type Props = AppProps & { Component: BarePage; first?: FirstRead };

/** On the page's own element at once, and on the root for what is shown outside it (dialogs, menus). */
const fonts = `${GeistSans.variable} ${GeistMono.variable}`;

export default function App({ Component, pageProps, first }: Props) {
  const [client] = useState(() => createQueryClient(first));
  useEffect(() => document.documentElement.classList.add(...fonts.split(" ")), []);
  useEffect(() => watchConnection(() => void client.invalidateQueries()), [client]);
  return (
    <>
      <Head>
        <title>Community ADE</title>
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="description" content="Approval and locking for changes by people and software agents." />
      </Head>
      <div className={`${fonts} font-sans`}>
        <RenderedAt value={first?.at}>
          <QueryClientProvider client={client}>
            {Component.bare ? (
              <Component {...pageProps} />
            ) : (
              <Shell>
                <Component {...pageProps} />
              </Shell>
            )}
          </QueryClientProvider>
        </RenderedAt>
        <Toasts />
      </div>
    </>
  );
}

/** Having this makes every page dynamic, as the nonce needs; in the browser it costs nothing. */
App.getInitialProps = async (context: AppContext): Promise<AppInitialProps & { first?: FirstRead }> => {
  const props = await NextApp.getInitialProps(context);
  if (typeof window !== "undefined") return props;
  const { readFirst } = await import("#lib/first-read.ts");
  const first = await readFirst(context.ctx);
  return first ? { ...props, first } : props;
};
